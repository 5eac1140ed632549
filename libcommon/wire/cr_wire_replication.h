/* cr_wire_replication: what one registry tells another in a batch, and the answer.
 *
 * Ownership: what the reader fills belongs to the caller's arena.
 * Units:     timestamps in milliseconds since 1970.
 * Errors:    the reader refuses the whole batch, as Netflix' server does, for what is not JSON, not
 *            a list, or names an unknown action (CR_EPARSE, naming item and field), beyond a bound
 *            (CR_ELIMIT) and without memory (CR_ENOMEM). What is wrong with one item only is that
 *            item's fault: the others go on.
 * Threads:   value types.
 * Source:    Netflix/eureka ReplicationList, ReplicationInstance, PeerReplicationResource. A Java
 *            receiver refuses unknown members: nothing may be added.
 */
#ifndef CR_WIRE_REPLICATION_H
#define CR_WIRE_REPLICATION_H

#include "cr_wire_instance.h"

enum { CR_WIRE_REPLICATIONS_MAX = 10000 }; /* items of a batch; Netflix sends at most 250 */

enum cr_wire_replication_action {
    CR_WIRE_HEARTBEAT,
    CR_WIRE_REGISTER,
    CR_WIRE_CANCEL,
    CR_WIRE_STATUS_UPDATE,
    CR_WIRE_DELETE_STATUS_OVERRIDE,
    CR_WIRE_REPLICATION_ACTIONS,
};

/* A text with a NULL ptr is absent (or null). */
struct cr_wire_replication {
    enum cr_wire_replication_action action;
    struct cr_slice app; /* in upper case */
    struct cr_slice id;
    struct cr_slice status;            /* as it came: judge it by cr_wire_status_parse */
    struct cr_slice overridden_status; /* likewise */
    bool has_last_dirty;
    int64_t last_dirty_ms;
    const struct cr_wire_instance *instance; /* of a Register without a fault; else NULL */
    const char *fault; /* NULL, or why the item is to be answered 500 whatever the registry knows */
};

struct cr_wire_replications {
    const struct cr_wire_replication *items;
    size_t count;
};

/* {"replicationList":[...]}. wall_ms: as for cr_wire_instance_read. */
CR_MUST_CHECK int cr_wire_replications_read(struct cr_slice json, int64_t wall_ms,
                                            struct cr_arena *arena,
                                            struct cr_wire_replications *out_list,
                                            struct cr_err *err);

/* One item's answer. */
struct cr_wire_replication_result {
    int status;             /* as an HTTP status: 200, 404, 409, 500 */
    struct cr_slice entity; /* the record that is newer, as bare JSON; empty: none */
};

/* {"responseList":[...]}, one element per item, in their order. */
void cr_wire_replication_results_write(const struct cr_wire_replication_result *results,
                                       size_t count, struct cr_buf *out);

#endif
