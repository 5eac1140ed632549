/* The rows of the gateway's settings. */
#include "gateway_settings.h"

#include "cr_arena.h"
#include "cr_environment.h"
#include "cr_settings.h"
#include "gateway_options.h"
#include "gateway_routes.h"
#include "gateway_servers.h"
#include "head.h"

#define AT(field) offsetof(struct gateway_settings, field)

/* Rows that a refresh applies, and rows that wait for a restart. */
#define LIVE(key, type, field, fallback, min, max, doc)                                            \
    {                                                                                              \
        key, CR_SETTING_##type, AT(field), fallback, min, max, CR_SETTING_LIVE, doc                \
    }
#define FIXED(key, type, field, fallback, min, max, doc)                                           \
    {                                                                                              \
        key, CR_SETTING_##type, AT(field), fallback, min, max, CR_SETTING_RESTART, doc             \
    }

enum { HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS, GIGABYTE = 1 << 30, COUNT_MAX = 1000000 };

/* The actuator, Boot 1's aliases of it, and the gateway's own pages. */
#define ADMIN_PATHS                                                                                \
    "/actuator/**,/health,/info,/env,/env/*,/metrics,/metrics/*,/prometheus,/loggers,/loggers/*,"  \
    "/mappings,/refresh,/hystrix.stream,/routes,/routes/*,/filters"

const struct cr_setting gateway_setting_rows[] = {
    LIVE("zuul.prefix", TEXT, prefix, "", 0, 0, "Put in front of every route's path."),
    LIVE("zuul.strip-prefix", BOOL, strip_prefix, "true", 0, 0,
         "Whether zuul.prefix is taken off before a request goes on."),
    LIVE("zuul.retryable", BOOL, retryable, "false", 0, 0,
         "Whether routes that do not say it themselves may repeat requests."),
    LIVE("zuul.add-proxy-headers", BOOL, add_proxy, "true", 0, 0, "Whether to add X-Forwarded-*."),
    LIVE("zuul.add-host-header", BOOL, add_host, "false", 0, 0,
         "Whether the back end gets the client's Host instead of its own."),
    LIVE("zuul.routes", LIST, route_texts, NULL, 0, 0,
         "Routes in one word each: PATH or PATH=SERVICE or PATH=URL."),
    LIVE("zuul.sensitive-headers", LIST, sensitive, "Cookie,Set-Cookie,Authorization", 0, 0,
         "Headers that reach no back end and come from none; empty: all pass."),
    LIVE("zuul.ignored-headers", LIST, ignored_headers, NULL, 0, 0,
         "Headers that are dropped in both directions on every route."),
    LIVE("zuul.ignored-services", LIST, ignored_services, NULL, 0, 0,
         "Services (* stands for anything) that get no automatic route."),
    LIVE("zuul.ignored-patterns", LIST, ignored_patterns, NULL, 0, 0,
         "Ant patterns of paths that are not routed at all."),
    LIVE("zuul.ignore-local-service", BOOL, ignore_local, "true", 0, 0,
         "Whether the gateway itself gets no automatic route."),
    LIVE("zuul.servlet-path", TEXT, servlet_path, "/zuul", 0, 0,
         "A second entry to the same routes."),
    LIVE("zuul.semaphore.max-semaphores", INT, semaphores, "100", 1, COUNT_MAX,
         "Requests of one service that may be in work at a time."),
    LIVE("zuul.host.connect-timeout-millis", DURATION, host_connect_ms, "2000", 1, HOUR_MS,
         "Time to connect to the back end of a url route."),
    LIVE("zuul.host.socket-timeout-millis", DURATION, host_read_ms, "10000", 1, HOUR_MS,
         "Time for the head of an answer to a url route."),
    LIVE("zuul.host.max-per-route-connections", INT, host_instance_max, "20", 1, COUNT_MAX,
         "Connections in work to the back end of one url route."),
    LIVE("zuul.host.max-total-connections", INT, host_total_max, "200", 1, COUNT_MAX,
         "Connections in work to the back ends of all url routes together."),
    LIVE("zuul.host.connection-request-timeout-millis", DURATION, host_queue_ms, "-1", -1, HOUR_MS,
         "How long a request of a url route waits for one; -1, 0: its whole time limit."),
    LIVE("crema.gateway.queue-max", INT, queue_max, "1024", 0, COUNT_MAX,
         "Requests that may wait for a connection to one service, or to url routes."),
    LIVE("crema.gateway.max-streams", INT, streams_max, "10000", 1, COUNT_MAX,
         "Event streams and WebSockets that may be open, all together; more are 503."),
    FIXED("zuul.compat.error-status", BOOL, compat_errors, "false", 0, 0,
          "Whether the gateway's own failures are 500 with Zuul's texts."),
    FIXED("crema.gateway.via", TEXT, via, "${spring.application.name}", 0, 0,
          "Our name in Via, by which a circle of gateways is noticed; empty: no Via."),
    FIXED("crema.gateway.workers", INT, workers, "0", 0, 256,
          "Threads that carry requests; 0: one per core."),
    FIXED("crema.gateway.io-uring", BOOL, io_uring, "true", 0, 0,
          "Whether what leaves at a time may leave in one system call, where the kernel lets us."),
    FIXED("crema.gateway.admin-paths", LIST, admin_paths, ADMIN_PATHS, 0, 0,
          "Paths that the gateway answers itself, before any route."),
    FIXED("crema.gateway.trusted-proxies", LIST, trusted, NULL, 0, 0,
          "Addresses (10.0.0.0/8) whose X-Forwarded-* is believed."),
    FIXED("crema.gateway.expose-internal", BOOL, expose_internal, "false", 0, 0,
          "Whether /internal and /actuator of services can be reached through routes."),
    FIXED("crema.gateway.access-log-every", INT, log_every, "1", 0, COUNT_MAX,
          "Every n-th request goes to the access log; 0: none."),
    FIXED("crema.gateway.trace", BOOL, trace, "true", 0, 0,
          "Whether traceparent is gone on with, or begun."),
    FIXED("crema.gateway.trace-b3", BOOL, trace_b3, "false", 0, 0,
          "Whether a request without B3 headers gets them, too."),
    FIXED("crema.gateway.trace-sampled-every", INT, trace_every, "10", 0, COUNT_MAX,
          "Every n-th trace that begins here is to be recorded; 0: none."),
    FIXED("crema.gateway.target-max", SIZE, target_max, "8KB", 256, 16384,
          "Octets of a request's target; more is 414."),
    FIXED("crema.gateway.head-max", SIZE, head_max, "32KB", 1024, 32768,
          "Octets of a request's head; more is 431."),
    FIXED("crema.gateway.field-max", SIZE, field_max, "8KB", 256, 32768,
          "Octets of one header of a request; more is 431."),
    FIXED("crema.gateway.fields-max", INT, fields_max, "100", 8, HEAD_FIELDS_MAX,
          "Headers of a request; more is 431."),
    FIXED("crema.gateway.upstream-head-max", SIZE, upstream_head_max, "32KB", 1024, 32768,
          "Octets of an answer's head; more is 502."),
    FIXED("crema.gateway.upstream-fields-max", INT, upstream_fields_max, "200", 8, HEAD_FIELDS_MAX,
          "Headers of an answer; more is 502."),
    FIXED("crema.gateway.body-max", SIZE, body_max, "0", 0, INT64_MAX,
          "Octets of a request's body; more is 413; 0: any number."),
    FIXED("crema.gateway.connections-max", INT, connections_max, "50000", 1, COUNT_MAX,
          "Open connections of clients; more are refused."),
    FIXED("crema.gateway.requests-max", INT, requests_max, "1000", 1, COUNT_MAX,
          "Requests on one connection of a client."),
    FIXED("crema.gateway.upstream-requests-max", INT, upstream_requests_max, "1000", 1, COUNT_MAX,
          "Requests on one connection to an instance."),
    FIXED("crema.gateway.pool-max", INT, pool_max, "50", 0, 10000,
          "Unused connections that a worker keeps to one instance."),
    FIXED("crema.gateway.buffer-max", SIZE, buffer_max, "64KB", 4096, GIGABYTE,
          "Unsent octets of a connection after which the other side is not read."),
    FIXED("crema.gateway.unsent-max", SIZE, unsent_max, "16MB", 65536, GIGABYTE,
          "... of all connections of a worker together."),
    FIXED("crema.gateway.idle-ms", DURATION, idle_ms, "60s", 10, DAY_MS,
          "How long an unused connection of a client is kept."),
    FIXED("crema.gateway.head-ms", DURATION, head_ms, "10s", 10, HOUR_MS,
          "Time for a request's head to arrive."),
    FIXED("crema.gateway.body-ms", DURATION, body_ms, "30s", 10, HOUR_MS,
          "Time without progress of a request's body, and the window of body-rate."),
    FIXED("crema.gateway.body-rate", INT, body_rate, "240", 0, GIGABYTE,
          "Octets a second that a request's body must bring at least."),
    FIXED("crema.gateway.write-ms", DURATION, write_ms, "30s", 10, HOUR_MS,
          "Time in which a client must take something."),
    FIXED("crema.gateway.continue-ms", DURATION, continue_ms, "1s", 0, HOUR_MS,
          "How long a back end may leave Expect: 100-continue unanswered."),
    FIXED("crema.gateway.linger-ms", DURATION, linger_ms, "2s", 0, HOUR_MS,
          "Reading on after a last answer, between octets."),
    FIXED("crema.gateway.linger-max-ms", DURATION, linger_max_ms, "10s", 0, HOUR_MS,
          "Reading on after a last answer, in all."),
    FIXED("crema.gateway.age-max-ms", DURATION, age_max_ms, "1h", 1000, 30 * (int64_t)DAY_MS,
          "Age of a client's connection after which an answer is its last."),
    FIXED("crema.gateway.upstream-idle-ms", DURATION, upstream_idle_ms, "15s", 0, HOUR_MS,
          "How long an unused connection to an instance is kept."),
    FIXED("crema.gateway.stream-idle-ms", DURATION, stream_idle_ms, "1h", 100, DAY_MS,
          "Time between two octets of an answer's body."),
    FIXED("crema.gateway.websocket-idle-ms", DURATION, tunnel_idle_ms, "1h", 100, DAY_MS,
          "Time between two octets of a WebSocket, whichever side sends them."),
    FIXED("crema.gateway.drain-idle-ms", DURATION, drain_idle_ms, "${crema.shutdown.drain-ms:5000}",
          0, HOUR_MS, "How long an idle connection may bring one more request after SIGTERM."),
};
const size_t gateway_setting_count = CR_COUNT(gateway_setting_rows);

/* --- one route --- */

#undef AT
#define AT(field) offsetof(struct gateway_route_settings, field)

static const struct cr_setting route_rows[] = {
    LIVE("zuul.routes.<id>", TEXT, text, NULL, 0, 0,
         "A route in one word: the path, or PATH=SERVICE or PATH=URL."),
    LIVE("zuul.routes.<id>.path", TEXT, path, NULL, 0, 0,
         "Ant pattern of the paths; unset: /<id>/**."),
    LIVE("zuul.routes.<id>.service-id", TEXT, service_id, NULL, 0, 0,
         "Service that the route leads to; unset: <id>."),
    LIVE("zuul.routes.<id>.url", TEXT, url, NULL, 0, 0,
         "A fixed address instead of a service; forward:/path is the gateway itself."),
    LIVE("zuul.routes.<id>.strip-prefix", BOOL, strip_prefix, "true", 0, 0,
         "Whether the path up to the first * is taken off."),
    LIVE("zuul.routes.<id>.retryable", BOOL, retryable, "${zuul.retryable:false}", 0, 0,
         "Whether requests may be repeated."),
    LIVE("zuul.routes.<id>.sensitive-headers", LIST, sensitive, NULL, 0, 0,
         "Instead of zuul.sensitive-headers; empty: all headers pass."),
    LIVE("zuul.routes.<id>.id", TEXT, id, NULL, 0, 0, "Another name than <id> in lists."),
};
const struct cr_setting_table gateway_route_table = {route_rows, CR_COUNT(route_rows)};

/* --- one service --- */

#undef AT
#define AT(field) offsetof(struct gateway_ribbon_settings, field)

/* Of all services, and of one, which has those of all for what is not set. */
#define OF_ALL(name, value) value
#define OF_ONE(name, value) "${ribbon." name ":" value "}"
#define RIBBON_ROWS(place, fallback, whose)                                                        \
    LIVE(place "ConnectTimeout", DURATION, connect_ms, fallback("ConnectTimeout", "1000"), 1,      \
         HOUR_MS, "Time to connect to an instance" whose "."),                                     \
        LIVE(place "ReadTimeout", DURATION, read_ms, fallback("ReadTimeout", "0"), 0, HOUR_MS,     \
             "Time for the head of an instance's answer" whose                                     \
             "; 0: the time limit of the whole request."),                                         \
        LIVE(place "MaxAutoRetries", INT, retries_same, fallback("MaxAutoRetries", "0"), 0, 100,   \
             "Counts in the time limit of a request" whose ", see README."),                       \
        LIVE(place "MaxAutoRetriesNextServer", INT, retries_next,                                  \
             fallback("MaxAutoRetriesNextServer", "1"), 0, 100,                                    \
             "Counts in the time limit of a request" whose ", see README."),                       \
        LIVE(place "MaxConnectionsPerHost", INT, instance_max,                                     \
             fallback("MaxConnectionsPerHost", "${ribbon.MaxHttpConnectionsPerHost:50}"), 1,       \
             COUNT_MAX, "Connections in work to one instance" whose "."),                          \
        LIVE(place "MaxTotalConnections", INT, total_max,                                          \
             fallback("MaxTotalConnections", "${ribbon.MaxTotalHttpConnections:200}"), 1,          \
             COUNT_MAX, "Connections in work to all instances" whose "."),                         \
        LIVE(place "ConnectionManagerTimeout", DURATION, queue_ms,                                 \
             fallback("ConnectionManagerTimeout", "1000"), 0, HOUR_MS,                             \
             "How long a request waits for a connection" whose "; 0: its whole time limit.")

static const struct cr_setting ribbon_global_rows[] = {
    RIBBON_ROWS("ribbon.", OF_ALL, " of a service"),
    LIVE("ribbon.MaxHttpConnectionsPerHost", INT, instance_max_old, "50", 1, COUNT_MAX,
         "Ribbon's older name of MaxConnectionsPerHost, which goes before it."),
    LIVE("ribbon.MaxTotalHttpConnections", INT, total_max_old, "200", 1, COUNT_MAX,
         "Ribbon's older name of MaxTotalConnections, which goes before it."),
};
const struct cr_setting_table gateway_ribbon_global_table = {ribbon_global_rows,
                                                             CR_COUNT(ribbon_global_rows)};

static const struct cr_setting ribbon_rows[] = {
    RIBBON_ROWS("<client>.ribbon.", OF_ONE, " of that service"),
    LIVE("<client>.ribbon.MaxHttpConnectionsPerHost", INT, instance_max_old, "0", 0, COUNT_MAX,
         "Ribbon's older name of it; where it is set for the service, it is what counts."),
    LIVE("<client>.ribbon.MaxTotalHttpConnections", INT, total_max_old, "0", 0, COUNT_MAX,
         "Ribbon's older name of it; where it is set for the service, it is what counts."),
    LIVE("<client>.ribbon.listOfServers", LIST, servers, NULL, 0, 0,
         "HOST:PORT,... instead of the registry's instances of that service."),
};
const struct cr_setting_table gateway_ribbon_table = {ribbon_rows, CR_COUNT(ribbon_rows)};

static const struct cr_setting semaphore_rows[] = {
    {"zuul.eureka.<service>.semaphore.max-semaphores", CR_SETTING_INT, 0,
     "${zuul.semaphore.max-semaphores:100}", 1, COUNT_MAX, CR_SETTING_LIVE,
     "Instead of zuul.semaphore.max-semaphores for one service."},
};
const struct cr_setting_table gateway_semaphore_table = {semaphore_rows, CR_COUNT(semaphore_rows)};

/* --- keys of Zuul without effect --- */

#define ACCEPTED(key, doc)                                                                         \
    {                                                                                              \
        key, CR_SETTING_TEXT, 0, NULL, 0, 0, CR_SETTING_RESTART, "Without effect: " doc            \
    }

static const struct cr_setting accepted_rows[] = {
    ACCEPTED("zuul.decode-url", "paths are matched decoded and forwarded as they came."),
    ACCEPTED("zuul.remove-semicolon-content", "path parameters never go on."),
    ACCEPTED("zuul.force-original-query-string-encoding", "queries go on as they came."),
    ACCEPTED("zuul.set-content-length", "a known length is always told."),
    ACCEPTED("zuul.ignore-security-headers", "there is no Spring Security here."),
    ACCEPTED("zuul.trace-request-body", "bodies are not copied."),
    ACCEPTED("zuul.include-debug-header", "X-Request-Id leads to the access log."),
    ACCEPTED("zuul.initial-stream-buffer-size", "bodies are not copied."),
    ACCEPTED("zuul.use-filter", "there are no servlets."),
    ACCEPTED("zuul.ribbon-isolation-strategy", "no request has a thread of its own."),
    ACCEPTED("zuul.ribbon.eager-load.enabled", "everything is made at the start."),
    ACCEPTED("zuul.ssl-hostname-validation-enabled", "back ends are spoken to in clear."),
    ACCEPTED("zuul.thread-pool.use-separate-thread-pools", "no request has a thread of its own."),
    ACCEPTED("zuul.thread-pool.thread-pool-key-prefix", "no request has a thread of its own."),
    ACCEPTED("zuul.host.time-to-live", "see crema.gateway.upstream-requests-max."),
    ACCEPTED("zuul.host.time-unit", "see crema.gateway.upstream-requests-max."),
};
const struct cr_setting_table gateway_accepted_table = {accepted_rows, CR_COUNT(accepted_rows)};

/* --- the check --- */

int gateway_settings_check(const void *settings, const struct cr_environment *environment,
                           struct cr_err *err)
{
    struct plane_options options;
    struct gateway_servers *servers = NULL;
    struct gateway_routes *routes = NULL;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    const char *own = cr_environment_text(environment, "spring.application.name", "", arena);
    int rc = gateway_options_fill(&options, settings, arena, err);
    if (!rc)
        rc = gateway_servers_new(environment, &servers, err);
    if (!rc)
        rc = gateway_routes_new(settings, environment, own, &routes, err);
    gateway_routes_free(routes);
    gateway_servers_free(servers);
    return rc;
}
