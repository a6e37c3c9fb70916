/** A value that JSON can carry; what Postgres `jsonb` columns hold. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json | undefined };
