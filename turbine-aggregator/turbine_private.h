/* turbine_private: what turbine.c and turbine_show.c share.
 *
 * Ownership, threads: see turbine.h. All behind `lock` is touched under it only.
 */
#ifndef TURBINE_PRIVATE_H
#define TURBINE_PRIVATE_H

#include "cr_list.h"
#include "cr_map.h"
#include "cr_thread.h"
#include "lag.h"
#include "turbine.h"

struct turbine {
    const struct turbine_settings *settings;
    struct target_rules rules;
    struct lag_rule lag;
    const struct cr_log *log;
    struct cr_http_client *http; /* of its own: as many connections as instances */
    struct cr_instances *instances;
    int64_t epoch;

    struct cr_thread pulse;
    struct cr_mutex lock; /* of all below */
    struct cr_cond wake;
    bool stopping;
    uint64_t version; /* of the snapshot that the sources stand for */
    bool crowded;     /* told already that hosts_max is reached */
    struct cr_map *clusters;
    struct cr_list sources;
    size_t source_count;
};

#endif
