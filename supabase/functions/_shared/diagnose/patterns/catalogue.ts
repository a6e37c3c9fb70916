import type { Pattern } from "./pattern.ts";
import { authBadJwt } from "./auth/bad-jwt.ts";
import { authInvalidApiKey } from "./auth/invalid-api-key.ts";
import { authInvalidCredentials } from "./auth/invalid-credentials.ts";
import { authMessageNotSent } from "./auth/message-not-sent.ts";
import { authMessageRateLimit } from "./auth/message-rate-limit.ts";
import { authRefreshTokenRejected } from "./auth/refresh-token-rejected.ts";
import { authRequestRateLimit } from "./auth/request-rate-limit.ts";
import { authRetryableFetch } from "./auth/retryable-fetch.ts";
import { authSessionMissing } from "./auth/session-missing.ts";
import { browserAborted } from "./browser/aborted.ts";
import { browserChunkLoad } from "./browser/chunk-load.ts";
import { browserCors } from "./browser/cors.ts";
import { browserFailedFetch } from "./browser/failed-fetch.ts";
import { browserHydrationMismatch } from "./browser/hydration-mismatch.ts";
import { browserQuotaExceeded } from "./browser/quota-exceeded.ts";
import { browserRenderLoop } from "./browser/render-loop.ts";
import { browserResizeObserver } from "./browser/resize-observer.ts";
import { browserScriptError } from "./browser/script-error.ts";
import { configurationBadFeatureFlag } from "./configuration/bad-feature-flag.ts";
import { configurationInvalidUrl } from "./configuration/invalid-url.ts";
import { configurationInvalidValue } from "./configuration/invalid-value.ts";
import { configurationLimitTooLow } from "./configuration/limit-too-low.ts";
import { configurationMissingEnvironmentVariable } from "./configuration/missing-environment-variable.ts";
import { configurationPoolExhausted } from "./configuration/pool-exhausted.ts";
import { configurationTimeoutTooShort } from "./configuration/timeout-too-short.ts";
import { denoConnectionClosed } from "./deno/connection-closed.ts";
import { denoModuleNotFound } from "./deno/module-not-found.ts";
import { denoPermissionDenied } from "./deno/permission-denied.ts";
import { denoRequestFailed } from "./deno/request-failed.ts";
import { edgeFunctionsBootError } from "./edge-functions/boot-error.ts";
import { edgeFunctionsNon2xx } from "./edge-functions/non-2xx.ts";
import { edgeFunctionsRequestCancelled } from "./edge-functions/request-cancelled.ts";
import { edgeFunctionsResourceLimit } from "./edge-functions/resource-limit.ts";
import { edgeFunctionsUnreachable } from "./edge-functions/unreachable.ts";
import { edgeFunctionsWallClockLimit } from "./edge-functions/wall-clock-limit.ts";
import { httpBadGateway } from "./http/bad-gateway.ts";
import { httpFetchFailed } from "./http/fetch-failed.ts";
import { httpForbidden } from "./http/forbidden.ts";
import { httpGatewayTimeout } from "./http/gateway-timeout.ts";
import { httpInternalError } from "./http/internal-error.ts";
import { httpNotFound } from "./http/not-found.ts";
import { httpPayloadTooLarge } from "./http/payload-too-large.ts";
import { httpRequestTimeout } from "./http/request-timeout.ts";
import { httpTooManyRequests } from "./http/too-many-requests.ts";
import { httpUnauthorized } from "./http/unauthorized.ts";
import { httpUnavailable } from "./http/unavailable.ts";
import { nodeAddressInUse } from "./node/address-in-use.ts";
import { nodeBrokenPipe } from "./node/broken-pipe.ts";
import { nodeConnectionRefused } from "./node/connection-refused.ts";
import { nodeConnectionReset } from "./node/connection-reset.ts";
import { nodeConnectionTimedOut } from "./node/connection-timed-out.ts";
import { nodeDiskFull } from "./node/disk-full.ts";
import { nodeDnsTemporaryFailure } from "./node/dns-temporary-failure.ts";
import { nodeFileNotFound } from "./node/file-not-found.ts";
import { nodeHeadersAlreadySent } from "./node/headers-already-sent.ts";
import { nodeHeapOutOfMemory } from "./node/heap-out-of-memory.ts";
import { nodeHostNotFound } from "./node/host-not-found.ts";
import { nodeInvalidJson } from "./node/invalid-json.ts";
import { nodeModuleNotFound } from "./node/module-not-found.ts";
import { nodeNotAFunction } from "./node/not-a-function.ts";
import { nodeNullDereference } from "./node/null-dereference.ts";
import { nodePermissionDenied } from "./node/permission-denied.ts";
import { nodeStackOverflow } from "./node/stack-overflow.ts";
import { nodeTooManyOpenFiles } from "./node/too-many-open-files.ts";
import { nodeUndefinedVariable } from "./node/undefined-variable.ts";
import { nodeUnhandledRejection } from "./node/unhandled-rejection.ts";
import { openaiContentFilter } from "./openai/content-filter.ts";
import { openaiContextLength } from "./openai/context-length.ts";
import { openaiInsufficientQuota } from "./openai/insufficient-quota.ts";
import { openaiInvalidApiKey } from "./openai/invalid-api-key.ts";
import { openaiModelNotFound } from "./openai/model-not-found.ts";
import { openaiOverloaded } from "./openai/overloaded.ts";
import { openaiRateLimit } from "./openai/rate-limit.ts";
import { poolerMaxClients } from "./pooler/max-clients.ts";
import { poolerTenantNotFound } from "./pooler/tenant-not-found.ts";
import { postgresAbortedTransaction } from "./postgres/aborted-transaction.ts";
import { postgresAdminShutdown } from "./postgres/admin-shutdown.ts";
import { postgresBlockedByIdleTransaction } from "./postgres/blocked-by-idle-transaction.ts";
import { postgresCheckViolation } from "./postgres/check-violation.ts";
import { postgresConfigurationLimitExceeded } from "./postgres/configuration-limit-exceeded.ts";
import { postgresConnectionFailure } from "./postgres/connection-failure.ts";
import { postgresCrashShutdown } from "./postgres/crash-shutdown.ts";
import { postgresDataCorrupted } from "./postgres/data-corrupted.ts";
import { postgresDeadlock } from "./postgres/deadlock.ts";
import { postgresDiskFull } from "./postgres/disk-full.ts";
import { postgresForeignKeyViolation } from "./postgres/foreign-key-violation.ts";
import { postgresIdleInTransactionTimeout } from "./postgres/idle-in-transaction-timeout.ts";
import { postgresIndexCorrupted } from "./postgres/index-corrupted.ts";
import { postgresInsufficientPrivilege } from "./postgres/insufficient-privilege.ts";
import { postgresInvalidPassword } from "./postgres/invalid-password.ts";
import { postgresInvalidTextRepresentation } from "./postgres/invalid-text-representation.ts";
import { postgresLockTimeout } from "./postgres/lock-timeout.ts";
import { postgresMissingIndex } from "./postgres/missing-index.ts";
import { postgresNotNullViolation } from "./postgres/not-null-violation.ts";
import { postgresNumericOutOfRange } from "./postgres/numeric-out-of-range.ts";
import { postgresOutOfMemory } from "./postgres/out-of-memory.ts";
import { postgresPolicyRecursion } from "./postgres/policy-recursion.ts";
import { postgresPreparedStatementMismatch } from "./postgres/prepared-statement-mismatch.ts";
import { postgresProgramLimitExceeded } from "./postgres/program-limit-exceeded.ts";
import { postgresReadOnlyTransaction } from "./postgres/read-only-transaction.ts";
import { postgresRowLevelSecurity } from "./postgres/row-level-security.ts";
import { postgresRunawayQuery } from "./postgres/runaway-query.ts";
import { postgresSerializationFailure } from "./postgres/serialization-failure.ts";
import { postgresSlowQuery } from "./postgres/slow-query.ts";
import { postgresStaleStatistics } from "./postgres/stale-statistics.ts";
import { postgresStartingUp } from "./postgres/starting-up.ts";
import { postgresStatementTimeout } from "./postgres/statement-timeout.ts";
import { postgresStringTooLong } from "./postgres/string-too-long.ts";
import { postgresSyntaxError } from "./postgres/syntax-error.ts";
import { postgresTooManyConnections } from "./postgres/too-many-connections.ts";
import { postgresUndefinedColumn } from "./postgres/undefined-column.ts";
import { postgresUndefinedFunction } from "./postgres/undefined-function.ts";
import { postgresUndefinedTable } from "./postgres/undefined-table.ts";
import { postgresUnindexedForeignKey } from "./postgres/unindexed-foreign-key.ts";
import { postgresUniqueViolation } from "./postgres/unique-violation.ts";
import { postgresViewNotPopulated } from "./postgres/view-not-populated.ts";
import { postgresWraparoundProtection } from "./postgres/wraparound-protection.ts";
import { postgrestAnonymousDisabled } from "./postgrest/anonymous-disabled.ts";
import { postgrestColumnOrTableNotFound } from "./postgrest/column-or-table-not-found.ts";
import { postgrestDatabaseUnavailable } from "./postgrest/database-unavailable.ts";
import { postgrestFunctionNotFound } from "./postgrest/function-not-found.ts";
import { postgrestJwtRejected } from "./postgrest/jwt-rejected.ts";
import { postgrestMalformedRequest } from "./postgrest/malformed-request.ts";
import { postgrestNoRelationship } from "./postgrest/no-relationship.ts";
import { postgrestNotOneRow } from "./postgrest/not-one-row.ts";
import { postgrestPoolTimeout } from "./postgrest/pool-timeout.ts";
import { postgrestSchemaNotExposed } from "./postgrest/schema-not-exposed.ts";
import { queueBacklog } from "./queue/backlog.ts";
import { queueCircuitBreakerOpen } from "./queue/circuit-breaker-open.ts";
import { queueDeadJobs } from "./queue/dead-jobs.ts";
import { queueRedisUnavailable } from "./queue/redis-unavailable.ts";
import { queueWebhookDelivery } from "./queue/webhook-delivery.ts";
import { realtimeChannelError } from "./realtime/channel-error.ts";
import { realtimeChannelLimit } from "./realtime/channel-limit.ts";
import { realtimeDatabaseUnavailable } from "./realtime/database-unavailable.ts";
import { realtimeRateLimit } from "./realtime/rate-limit.ts";
import { storageAccessDenied } from "./storage/access-denied.ts";
import { storageBucketNotFound } from "./storage/bucket-not-found.ts";
import { storageFileTooLarge } from "./storage/file-too-large.ts";
import { storageObjectNotFound } from "./storage/object-not-found.ts";
import { storageOverloaded } from "./storage/overloaded.ts";
import { tlsCertificateExpired } from "./tls/certificate-expired.ts";
import { tlsHostnameMismatch } from "./tls/hostname-mismatch.ts";
import { tlsProtocolError } from "./tls/protocol-error.ts";
import { tlsSelfSigned } from "./tls/self-signed.ts";
import { vercelDeploymentDisabled } from "./vercel/deployment-disabled.ts";
import { vercelDeploymentNotFound } from "./vercel/deployment-not-found.ts";
import { vercelFunctionFailed } from "./vercel/function-failed.ts";
import { vercelFunctionThrottled } from "./vercel/function-throttled.ts";
import { vercelFunctionTimeout } from "./vercel/function-timeout.ts";
import { vercelInfiniteLoop } from "./vercel/infinite-loop.ts";
import { vercelMiddlewareFailed } from "./vercel/middleware-failed.ts";
import { vercelPayloadTooLarge } from "./vercel/payload-too-large.ts";
import { vercelUpstreamDns } from "./vercel/upstream-dns.ts";

/** Every built-in pattern. The order does not matter: the best match wins. */
export const PATTERNS: readonly Pattern[] = [
  authBadJwt,
  authInvalidApiKey,
  authInvalidCredentials,
  authMessageNotSent,
  authMessageRateLimit,
  authRefreshTokenRejected,
  authRequestRateLimit,
  authRetryableFetch,
  authSessionMissing,
  browserAborted,
  browserChunkLoad,
  browserCors,
  browserFailedFetch,
  browserHydrationMismatch,
  browserQuotaExceeded,
  browserRenderLoop,
  browserResizeObserver,
  browserScriptError,
  configurationBadFeatureFlag,
  configurationInvalidUrl,
  configurationInvalidValue,
  configurationLimitTooLow,
  configurationMissingEnvironmentVariable,
  configurationPoolExhausted,
  configurationTimeoutTooShort,
  denoConnectionClosed,
  denoModuleNotFound,
  denoPermissionDenied,
  denoRequestFailed,
  edgeFunctionsBootError,
  edgeFunctionsNon2xx,
  edgeFunctionsRequestCancelled,
  edgeFunctionsResourceLimit,
  edgeFunctionsUnreachable,
  edgeFunctionsWallClockLimit,
  httpBadGateway,
  httpFetchFailed,
  httpForbidden,
  httpGatewayTimeout,
  httpInternalError,
  httpNotFound,
  httpPayloadTooLarge,
  httpRequestTimeout,
  httpTooManyRequests,
  httpUnauthorized,
  httpUnavailable,
  nodeAddressInUse,
  nodeBrokenPipe,
  nodeConnectionRefused,
  nodeConnectionReset,
  nodeConnectionTimedOut,
  nodeDiskFull,
  nodeDnsTemporaryFailure,
  nodeFileNotFound,
  nodeHeadersAlreadySent,
  nodeHeapOutOfMemory,
  nodeHostNotFound,
  nodeInvalidJson,
  nodeModuleNotFound,
  nodeNotAFunction,
  nodeNullDereference,
  nodePermissionDenied,
  nodeStackOverflow,
  nodeTooManyOpenFiles,
  nodeUndefinedVariable,
  nodeUnhandledRejection,
  openaiContentFilter,
  openaiContextLength,
  openaiInsufficientQuota,
  openaiInvalidApiKey,
  openaiModelNotFound,
  openaiOverloaded,
  openaiRateLimit,
  poolerMaxClients,
  poolerTenantNotFound,
  postgresAbortedTransaction,
  postgresAdminShutdown,
  postgresBlockedByIdleTransaction,
  postgresCheckViolation,
  postgresConfigurationLimitExceeded,
  postgresConnectionFailure,
  postgresCrashShutdown,
  postgresDataCorrupted,
  postgresDeadlock,
  postgresDiskFull,
  postgresForeignKeyViolation,
  postgresIdleInTransactionTimeout,
  postgresIndexCorrupted,
  postgresInsufficientPrivilege,
  postgresInvalidPassword,
  postgresInvalidTextRepresentation,
  postgresLockTimeout,
  postgresMissingIndex,
  postgresNotNullViolation,
  postgresNumericOutOfRange,
  postgresOutOfMemory,
  postgresPolicyRecursion,
  postgresPreparedStatementMismatch,
  postgresProgramLimitExceeded,
  postgresReadOnlyTransaction,
  postgresRowLevelSecurity,
  postgresRunawayQuery,
  postgresSerializationFailure,
  postgresSlowQuery,
  postgresStaleStatistics,
  postgresStartingUp,
  postgresStatementTimeout,
  postgresStringTooLong,
  postgresSyntaxError,
  postgresTooManyConnections,
  postgresUndefinedColumn,
  postgresUndefinedFunction,
  postgresUndefinedTable,
  postgresUnindexedForeignKey,
  postgresUniqueViolation,
  postgresViewNotPopulated,
  postgresWraparoundProtection,
  postgrestAnonymousDisabled,
  postgrestColumnOrTableNotFound,
  postgrestDatabaseUnavailable,
  postgrestFunctionNotFound,
  postgrestJwtRejected,
  postgrestMalformedRequest,
  postgrestNoRelationship,
  postgrestNotOneRow,
  postgrestPoolTimeout,
  postgrestSchemaNotExposed,
  queueBacklog,
  queueCircuitBreakerOpen,
  queueDeadJobs,
  queueRedisUnavailable,
  queueWebhookDelivery,
  realtimeChannelError,
  realtimeChannelLimit,
  realtimeDatabaseUnavailable,
  realtimeRateLimit,
  storageAccessDenied,
  storageBucketNotFound,
  storageFileTooLarge,
  storageObjectNotFound,
  storageOverloaded,
  tlsCertificateExpired,
  tlsHostnameMismatch,
  tlsProtocolError,
  tlsSelfSigned,
  vercelDeploymentDisabled,
  vercelDeploymentNotFound,
  vercelFunctionFailed,
  vercelFunctionThrottled,
  vercelFunctionTimeout,
  vercelInfiniteLoop,
  vercelMiddlewareFailed,
  vercelPayloadTooLarge,
  vercelUpstreamDns,
];
