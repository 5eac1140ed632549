/* Overrides by id, each with the time of its last use. */
#include "overrides.h"

#include <stdlib.h>

#include "cr_err.h"

struct override {
    enum cr_wire_status status;
    int64_t used_ms;
};

int overrides_init(struct overrides *overrides)
{
    overrides->by_id = cr_map_new(0, free);
    return overrides->by_id ? 0 : CR_ENOMEM;
}

void overrides_fini(struct overrides *overrides)
{
    cr_map_free(overrides->by_id);
    overrides->by_id = NULL;
}

static bool lapsed(const struct override *override, int64_t now_ms)
{
    return now_ms - override->used_ms >= OVERRIDE_IDLE_MS;
}

int overrides_set(struct overrides *overrides, struct cr_slice id, enum cr_wire_status status,
                  int64_t now_ms)
{
    struct override *override = cr_map_get(overrides->by_id, id);
    if (!override) {
        override = malloc(sizeof *override);
        if (!override)
            return CR_ENOMEM;
        if (cr_map_put(overrides->by_id, id, override)) {
            free(override);
            return CR_ENOMEM;
        }
    }
    *override = (struct override){status, now_ms};
    return 0;
}

bool overrides_get(struct overrides *overrides, struct cr_slice id, int64_t now_ms,
                   enum cr_wire_status *out_status)
{
    struct override *override = cr_map_get(overrides->by_id, id);
    if (!override)
        return false;
    if (lapsed(override, now_ms)) {
        cr_map_remove(overrides->by_id, id);
        return false;
    }
    override->used_ms = now_ms;
    *out_status = override->status;
    return true;
}

bool overrides_remove(struct overrides *overrides, struct cr_slice id, int64_t now_ms)
{
    const struct override *override = cr_map_get(overrides->by_id, id);
    bool was = override && !lapsed(override, now_ms);
    cr_map_remove(overrides->by_id, id);
    return was;
}

size_t overrides_count(const struct overrides *overrides)
{
    return cr_map_count(overrides->by_id);
}

bool overrides_next(const struct overrides *overrides, int64_t now_ms, size_t *cursor,
                    struct cr_slice *out_id, enum cr_wire_status *out_status)
{
    void *value = NULL;
    while (cr_map_next(overrides->by_id, cursor, out_id, &value)) {
        const struct override *override = value;
        if (lapsed(override, now_ms))
            continue;
        *out_status = override->status;
        return true;
    }
    return false;
}
