/* feed: reads the hystrix.stream of one instance, for ever: connect, read lines, back off, again.
 *
 * Ownership: feed_start copies all texts of its options. A feed frees itself some time after
 *            feed_stop, and calls on_ended as its last deed.
 * Units:     milliseconds.
 * Errors:    feed_start: CR_ENOMEM, CR_EUNAVAILABLE. What goes wrong later is told by on_change and
 *            feed_status.
 * Threads:   any. Callbacks come from the http client's thread, one at a time per feed, without a
 *            lock of the feed's (on_ended perhaps from feed_stop itself); feed_stop and feed_status
 *            may be called under the lock that the callbacks take, on_ended must take none.
 * Source:    Turbine 1 InstanceMonitor, with these differences: a lost host is tried again within
 *            half a second, then with a doubling pause up to ten seconds, and never given up; a
 *            host without a stream is asked again each minute.
 */
#ifndef FEED_H
#define FEED_H

#include "cr_attr.h"
#include "cr_err.h"
#include "lag.h"
#include "target.h"

struct cr_http_client;
struct feed;

enum feed_state {
    FEED_CONNECTING,
    FEED_LIVE,
    FEED_WAITING,        /* failed; will be tried again */
    FEED_WITHOUT_STREAM, /* answers, but has no stream; is asked again each minute */
};
const char *feed_state_name(enum feed_state state); /* "LIVE" */

struct feed_options {
    struct cr_http_client *http;
    const struct target *target;
    struct lag_rule lag;
    void (*on_event)(const struct cr_wire_event *event, void *ctx);
    /* The state became another: whatever is not FEED_LIVE has no share in any sum. */
    void (*on_change)(enum feed_state state, const char *problem, void *ctx);
    void (*on_ended)(void *ctx);
    void *ctx;
};

CR_MUST_CHECK int feed_start(const struct feed_options *options, struct feed **out_feed);
void feed_stop(struct feed *feed);

struct feed_status {
    enum feed_state state;
    char url[512];     /* in use, or tried last */
    char problem[256]; /* why it is not live: which URL, what happened; "" when live */
    int64_t event_ms;  /* cr_clock_ms() of the last event; 0: none yet */
    int64_t age_ms;    /* of the last event when it came: a clock's skew, when it stays high */
    uint64_t skipped;  /* events that came too late */
};
void feed_status(struct feed *feed, struct feed_status *out_status);

#endif
