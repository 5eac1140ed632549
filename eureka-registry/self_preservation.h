/* self_preservation: whether a lease that is due may go, or whether so many clients are silent at
 * once that the network is the likelier culprit.
 *
 * It is on from min_instances registered instances and off again after 15 minutes below. While it
 * is on, a lease goes at the moment it is due if the previous full minute saw more renewals than
 * the threshold; otherwise it is held. At each turn of a minute that was good, the longest due of
 * the held ones go, at most size - int(size * percent) of them. Registered instances are what is
 * expected, those that are overdue included.
 *
 * Pure value type; the owner tells it of renewals and of the number of instances.
 * Units:   milliseconds of a monotonic clock, passed in, never backwards. Minutes are counted from
 *          self_preservation_init.
 * Threads: one at a time.
 * Source:  Netflix/eureka AbstractInstanceRegistry.isLeaseExpirationEnabled, MeasuredRate; what is
 *          judged when is ours, as there are no runs of an eviction timer.
 */
#ifndef SELF_PRESERVATION_H
#define SELF_PRESERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SELF_PRESERVATION_MINUTE_MS = 60 * 1000, SELF_PRESERVATION_OFF_MS = 15 * 60 * 1000 };

struct self_preservation_options {
    bool enabled;
    size_t min_instances;       /* 10 */
    double percent;             /* 0.85: of the expected renewals */
    int64_t renewal_interval_s; /* 30: how often a client is expected to renew */
};

struct self_preservation {
    struct self_preservation_options options;
    int64_t began_ms;
    int64_t minute;          /* the one that current counts */
    int64_t current;         /* renewals in it */
    int64_t previous;        /* in the full minute before */
    int64_t released_minute; /* held leases were let go for this one, or were not to be */
    bool on;
    int64_t below_since_ms; /* -1: not below min_instances, or not on */
};

void self_preservation_init(struct self_preservation *sp,
                            const struct self_preservation_options *options, int64_t now_ms);

void self_preservation_renewal(struct self_preservation *sp, int64_t now_ms); /* counts one */
/* To be told whenever the number of instances changed. */
void self_preservation_size(struct self_preservation *sp, size_t size, int64_t now_ms);

/* May a lease that is due at this moment go? */
bool self_preservation_allows(struct self_preservation *sp, size_t size, int64_t now_ms);
/* How many held leases may go at this moment; asking uses up what this minute has. */
size_t self_preservation_release(struct self_preservation *sp, size_t size, int64_t now_ms);
/* When held leases are to be looked at next. */
int64_t self_preservation_next_ms(const struct self_preservation *sp);

/* Whether it is on at all; renewals in the previous full minute; how many must be passed. */
bool self_preservation_is_on(struct self_preservation *sp, int64_t now_ms);
int64_t self_preservation_renewals(struct self_preservation *sp, int64_t now_ms);
int64_t self_preservation_threshold(const struct self_preservation *sp, size_t size);

#endif
