/* target: which cluster an instance belongs to, and where its stream is; pure.
 *
 * Ownership: a target's texts live in the caller's arena.
 * Errors:    target_of: CR_ENOTFOUND, the instance is in no cluster or not up; CR_EINVAL with the
 *            reason when no URL can be made; CR_ENOMEM. expression_parse: CR_EINVAL.
 * Threads:   pure functions.
 * Source:    Spring Cloud Netflix Turbine 2.2: CommonsInstanceDiscovery, EurekaInstanceDiscovery,
 *            SpringClusterMonitor. Deviations: without turbine.appConfig all instances form the
 *            cluster "default" (Spring then finds none); of the expression language those forms
 * that people use; a leading '/' of the suffix never doubles; a host name that leads nowhere is
 *            followed by the IP address, and without a suffix of one's own Boot 2's path by Boot
 * 1's.
 */
#ifndef TARGET_H
#define TARGET_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_instances.h"

/* turbine.clusterNameExpression: `appName`, `serviceId`, `'x'`, `new String("x")`,
 * `metadata['x']`. */
enum expression_kind { EXPRESSION_APP_NAME, EXPRESSION_LITERAL, EXPRESSION_METADATA };
struct expression {
    enum expression_kind kind;
    struct cr_slice text; /* within the source text */
};
CR_MUST_CHECK int expression_parse(const char *source, struct expression *out_expression,
                                   struct cr_err *err);

struct target_rules {
    const char *const *apps; /* turbine.appConfig; none: every instance */
    size_t app_count;
    const char *const *clusters; /* turbine.aggregator.clusterConfig; none: every cluster */
    size_t cluster_count;
    struct expression cluster_name;
    bool combine_host_port;
    /* Of a cluster: its suffix, NULL where none is set; whether the port goes into the URL. */
    const char *(*suffix)(void *ctx, const char *cluster, struct cr_arena *arena);
    bool (*insert_port)(void *ctx, const char *cluster);
    void *ctx;
};

enum { TARGET_URLS_MAX = 4 };

struct target {
    const char *cluster;
    const char *host;                  /* the name under which it counts: "host:port" or "host" */
    const char *urls[TARGET_URLS_MAX]; /* to be tried in this order */
    size_t url_count;
};

CR_MUST_CHECK int target_of(const struct target_rules *rules, const struct cr_instance *instance,
                            struct cr_arena *arena, struct target *out_target, struct cr_err *err);

/* Is a cluster of this name wanted at all? */
bool target_cluster_wanted(const struct target_rules *rules, const char *cluster);

#endif
