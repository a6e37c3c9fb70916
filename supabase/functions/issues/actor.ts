import type { FunctionContext } from "../_shared/platform/http.ts";

/** Who acts, as turning points name it. */
export function actorOf(c: FunctionContext): string {
  const { userClaims } = c.var.supabaseContext;
  return userClaims ? `user:${userClaims.id}` : "service_role";
}
