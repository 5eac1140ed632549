/* cr_registry_client: registers this process with a registry, renews its lease, and keeps the
 * snapshot of all instances fresh.
 *
 * A daemon starts it early, so that instances are known when the first request comes; registers at
 * READY, when its port is known and answers; and drains with cr_registry_client_leave, after which
 * only the following goes on, until cr_registry_client_free. Two threads of its own: "registry"
 * makes the calls of the lease, "discovery" follows the instances.
 *
 * Instances come from our registry's stream of changes (GET watch) within milliseconds. From a
 * registry that has none they are fetched: all of them once, then the changes every fetch_ms, all
 * of them again where the hash codes differ; the stream is asked for every 30 s. Several URLs are
 * tried in their order, beginning with the one that answered last; of those that answer, one with a
 * stream is preferred.
 *
 * A registry that is away takes nothing away: what is known stays for trust_ms. One that was
 * restarted and lists nobody any more is not believed at once: instances stay for the time of their
 * leases, within which they register again (cr_registry_memory_private.h). A start without a
 * registry begins with the file that the last run kept, if no more than trust_ms old.
 *
 * Ownership: options are copied; http and log must outlive the client, as must the client its users
 *            of cr_registry_client_instances.
 * Units:     milliseconds.
 * Errors:    _new: CR_EINVAL names the bad option. After that none: a registry that is away is
 *            tried again for ever; only changes of state are logged, through the handle passed in.
 * Threads:   all functions but _new, _start and _free from any thread.
 * Source:    Netflix/eureka DiscoveryClient; eureka-registry/README.md, "GET /eureka/watch".
 *
 * The pace of fetching: every eager_ms until the first answer and while a wanted service has no
 * instance that is UP, else every fetch_ms.
 */
#ifndef CR_REGISTRY_CLIENT_H
#define CR_REGISTRY_CLIENT_H

#include "cr_attr.h"
#include "cr_err.h"
#include "cr_instances.h"
#include "cr_slice.h"
#include "cr_wire_instance.h"

struct cr_http_client;
struct cr_log;

enum { CR_REGISTRY_URLS_MAX = 16, CR_REGISTRY_WANTED_MAX = 1024 };

struct cr_registry_client_options {
    struct cr_http_client *http;
    const struct cr_log *log;
    const char *urls;           /* "http://h1:9091/eureka/,http://user:pw@h2:9091/eureka/" */
    bool fetches;               /* eureka.client.fetch-registry */
    bool leaves;                /* eureka.client.should-unregister-on-shutdown */
    bool polls;                 /* never asks for the stream of changes */
    const char *cache_path;     /* the file of the last snapshot; NULL or "": none is kept */
    int64_t fetch_ms;           /* 0: 1,000 */
    int64_t eager_ms;           /* 0: 100 */
    int64_t connect_timeout_ms; /* 0: 2,000 */
    int64_t timeout_ms;         /* of one call; 0: 5,000 */
    int64_t silence_ms;         /* after which a stream counts as dead; 0: 45,000 */
    int64_t trust_ms;           /* what no registry confirmed for so long is dropped; 0: a day */
    int64_t cache_ms;           /* between two writes of the file; 0: 5,000 */
    size_t body_max_bytes;      /* of an answer or event; 0: 64 MiB */
};

struct cr_registry_client;

CR_MUST_CHECK int cr_registry_client_new(const struct cr_registry_client_options *options,
                                         struct cr_registry_client **out_client,
                                         struct cr_err *err);
CR_MUST_CHECK int cr_registry_client_start(struct cr_registry_client *client, struct cr_err *err);

/* Registers this record and renews its lease as often as the record says, until leave. The record
 * is copied. Once per client. */
CR_MUST_CHECK int cr_registry_client_register(struct cr_registry_client *client,
                                              const struct cr_wire_instance *self,
                                              struct cr_err *err);

void cr_registry_client_free(struct cr_registry_client *client); /* stops; NULL is fine */

/* Cancels the lease, once, within a second per server, and waits for that. Does nothing if the
 * client never tried to register. */
void cr_registry_client_leave(struct cr_registry_client *client);

/* Says that a service is needed: its absence makes the client look more often, where it looks. */
CR_MUST_CHECK int cr_registry_client_want(struct cr_registry_client *client,
                                          struct cr_slice service_id);

/* The snapshots; the same object for the client's whole life. */
struct cr_instances *cr_registry_client_instances(struct cr_registry_client *client);

/* For health and pages. */
enum cr_registry_source {
    CR_REGISTRY_BY_NOTHING, /* nothing is known yet */
    CR_REGISTRY_BY_DISK,    /* no registry answered yet: the last run's file stands in */
    CR_REGISTRY_BY_MEMORY,  /* no registry answers: what was known before */
    CR_REGISTRY_BY_POLL,
    CR_REGISTRY_BY_WATCH,
};

struct cr_registry_client_state {
    bool registered; /* the last register or renewal was accepted */
    bool fetched;    /* a registry told its instances, at least once */
    enum cr_registry_source source;
    size_t kept;        /* instances that a restarted registry has forgotten, and we have not */
    int64_t renewed_ms; /* cr_clock_ms() of the last success; 0: never */
    int64_t fetched_ms; /* when a registry last confirmed what is known; 0: never */
    char url[256];      /* the server in use, without credentials */
    char problem[256];  /* why the last call failed; "" when it succeeded */
};
void cr_registry_client_state(struct cr_registry_client *client,
                              struct cr_registry_client_state *out_state);

/* Lets the thread look now: after a change that the caller knows of, and in tests. */
void cr_registry_client_poke(struct cr_registry_client *client);

#endif
