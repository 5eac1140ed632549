/* cr_registry_watch: one registry's stream of changes, received and queued.
 *
 * Ownership: options are copied; what _next gives is the caller's (cr_registry_event_free).
 * Units:     milliseconds, bytes.
 * Errors:    a stream ends by a reason that _state tells.
 * Threads:   all functions from one thread; the bytes come on the HTTP client's, which calls wake
 *            for every piece and at the end. wake must not call back.
 * Source:    eureka-registry/README.md, "GET /eureka/watch". A half event at a stream's end is
 *            dropped: its id was never taken, so it comes again.
 */
#ifndef CR_REGISTRY_WATCH_PRIVATE_H
#define CR_REGISTRY_WATCH_PRIVATE_H

#include "cr_buf.h"
#include "cr_err.h"

struct cr_http_client;

enum { CR_REGISTRY_EVENT_ID_MAX = 64 };

enum cr_registry_event_type { CR_REGISTRY_STATE, CR_REGISTRY_CHANGE, CR_REGISTRY_RESET };

struct cr_registry_event {
    enum cr_registry_event_type type;
    char id[CR_REGISTRY_EVENT_ID_MAX]; /* "" where there is none that fits */
    struct cr_buf data;
    struct cr_registry_event *next; /* internal */
};
void cr_registry_event_free(struct cr_registry_event *event); /* NULL is fine */
void cr_registry_event_freep(struct cr_registry_event **event);

enum cr_registry_watch_end {
    CR_REGISTRY_WATCH_IDLE, /* never opened, or closed by us */
    CR_REGISTRY_WATCH_RUNS,
    CR_REGISTRY_WATCH_AWAY, /* nobody there, or it broke, or fell silent */
    CR_REGISTRY_WATCH_NONE, /* an answer that is no stream: this server has none */
    CR_REGISTRY_WATCH_BUSY, /* 403, 429, 503: not now */
    CR_REGISTRY_WATCH_BAD,  /* an event, or what waits to be taken, is too large */
};

struct cr_registry_watch_options {
    struct cr_http_client *http;
    int64_t connect_ms;
    int64_t head_ms;  /* for the head of the answer */
    int64_t idle_ms;  /* the longest silence */
    size_t event_max; /* of one event, and of all that wait */
    void (*wake)(void *ctx);
    void *ctx;
};

struct cr_registry_watch;

struct cr_registry_watch *cr_registry_watch_new(const struct cr_registry_watch_options *options);
void cr_registry_watch_free(struct cr_registry_watch *watch); /* closes; NULL is fine */

/* Once the last one has ended. server ends in "/"; last_id may be "". */
CR_MUST_CHECK int cr_registry_watch_open(struct cr_registry_watch *watch, const char *server,
                                         const char *last_id);
/* Ends the stream, waits for that, and forgets what was not taken. */
void cr_registry_watch_close(struct cr_registry_watch *watch);

/* The next event, whether or not the stream still runs; NULL: there is none. */
struct cr_registry_event *cr_registry_watch_next(struct cr_registry_watch *watch);

struct cr_registry_watch_state {
    enum cr_registry_watch_end end;
    bool open;              /* it is a stream */
    int64_t heard_ms;       /* cr_clock_ms() of the last piece; 0: none */
    int64_t retry_after_ms; /* with BUSY; 0: it did not say */
    char problem[256];      /* how it ended */
};
void cr_registry_watch_state(struct cr_registry_watch *watch,
                             struct cr_registry_watch_state *out_state);

#endif
