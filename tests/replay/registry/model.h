/* model: what a registry must do, in arrays and loops, too simple to be wrong.
 *
 * Three applications with six ids each; the ids are shared by the applications on purpose. The
 * clock's calls come in the same order as the real registry's.
 */
#ifndef MODEL_H
#define MODEL_H

#include "registry.h"

enum {
    MODEL_APPS = 3,
    MODEL_IDS = 6,
    MODEL_VIPS = 2,
    MODEL_KEYS = 3,
    MODEL_LOG = 1 << 17, /* changes that are remembered */
    MODEL_MIN_INSTANCES = 8,
};

struct model_cell {
    bool in, held;
    int64_t dirty_ms, due_ms, period_ms, duration_s, renewal_s;
    int64_t up_wall_ms, renewal_wall_ms, registered_wall_ms, updated_wall_ms;
    enum cr_wire_status status, overridden;
    enum cr_wire_action action;
    int vips;                 /* bit per vip */
    int metadata[MODEL_KEYS]; /* 0: not there */
    uint64_t turn;
};

struct model_change {
    int64_t now_ms;
    size_t app, id;
};

struct model_event {
    size_t app, id;
    int64_t wall_ms;
};

struct model {
    struct model_cell cells[MODEL_APPS][MODEL_IDS];
    struct {
        bool set;
        enum cr_wire_status status;
        int64_t used_ms;
    } overrides[MODEL_IDS];
    struct model_change log[MODEL_LOG]; /* every change, as in Netflix' queue */
    size_t log_count;
    struct model_event registered[LASTN_MAX], cancelled[LASTN_MAX]; /* the newest first */
    size_t registered_count, cancelled_count;
    int64_t renewals_minute[2]; /* which minute each count is for */
    int64_t renewals[2];
    bool on;
    int64_t below_since_ms; /* -1: not below */
    uint64_t version, turns;
};

void model_init(struct model *model);
size_t model_size(const struct model *model);

/* Everything that happens by itself until now. */
void model_pass(struct model *model, struct registry_now now);

void model_register(struct model *model, size_t app, size_t id,
                    const struct cr_wire_instance *record, int vips, bool peer,
                    struct registry_now now);
enum registry_renewal model_renew(struct model *model, size_t app, size_t id,
                                  const struct registry_beat *beat, struct registry_now now);
bool model_cancel(struct model *model, size_t app, size_t id, struct registry_now now);
bool model_override(struct model *model, size_t app, size_t id, const struct registry_order *order,
                    struct registry_now now);
bool model_end_override(struct model *model, size_t app, size_t id,
                        const struct registry_order *order, struct registry_now now);
bool model_metadata(struct model *model, size_t app, size_t id, size_t key, int value,
                    struct registry_now now);

/* Does a document of the changes have the cell, and as the how manieth (from 0)? -1: not. */
void model_delta(const struct model *model, int64_t now_ms, int place[MODEL_APPS][MODEL_IDS]);

#endif
