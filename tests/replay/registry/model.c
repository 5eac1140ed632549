/* Loops over all cells, and rules as they are read aloud. */
#include "model.h"

#include <string.h>

enum { MINUTE_MS = 60000, OFF_MS = 15 * 60000, RETENTION_MS = 180000, HOUR_MS = 3600000 };

void model_init(struct model *model)
{
    memset(model, 0, sizeof *model);
    model->below_since_ms = -1;
    model->version = 1;
    for (size_t app = 0; app < MODEL_APPS; app++)
        for (size_t id = 0; id < MODEL_IDS; id++)
            model->cells[app][id].overridden = CR_WIRE_UNKNOWN;
}

size_t model_size(const struct model *model)
{
    size_t size = 0;
    for (size_t app = 0; app < MODEL_APPS; app++)
        for (size_t id = 0; id < MODEL_IDS; id++)
            size += model->cells[app][id].in;
    return size;
}

/* ---- what is remembered ---- */

static void remember(struct model_event *events, size_t *count, size_t app, size_t id,
                     int64_t wall_ms)
{
    memmove(events + 1, events, (LASTN_MAX - 1) * sizeof *events);
    events[0] = (struct model_event){app, id, wall_ms};
    if (*count < LASTN_MAX)
        ++*count;
}

static void changed(struct model *model, size_t app, size_t id, enum cr_wire_action action,
                    struct registry_now now)
{
    model->cells[app][id].action = action;
    model->cells[app][id].updated_wall_ms = now.wall_ms;
    model->log[model->log_count++ % MODEL_LOG] = (struct model_change){now.now_ms, app, id};
    model->version++;
}

/* The last change of each cell counts; as many stand before it as changed last before it did. */
void model_delta(const struct model *model, int64_t now_ms, int place[MODEL_APPS][MODEL_IDS])
{
    size_t last[MODEL_APPS][MODEL_IDS];
    memset(last, 0, sizeof last);
    size_t first = model->log_count > MODEL_LOG ? model->log_count - MODEL_LOG : 0;
    for (size_t i = first; i < model->log_count; i++) {
        const struct model_change *change = &model->log[i % MODEL_LOG];
        if (now_ms - change->now_ms <= RETENTION_MS)
            last[change->app][change->id] = i + 1;
    }
    for (size_t cell = 0; cell < MODEL_APPS * MODEL_IDS; cell++) {
        size_t app = cell / MODEL_IDS;
        size_t id = cell % MODEL_IDS;
        place[app][id] = last[app][id] ? 0 : -1;
        for (size_t other = 0; last[app][id] && other < MODEL_APPS * MODEL_IDS; other++) {
            size_t that = last[other / MODEL_IDS][other % MODEL_IDS];
            place[app][id] += that > 0 && that < last[app][id];
        }
    }
}

/* ---- overrides and rules ---- */

static bool overridden(struct model *model, size_t id, int64_t now_ms, enum cr_wire_status *out)
{
    if (model->overrides[id].set && now_ms - model->overrides[id].used_ms >= HOUR_MS)
        model->overrides[id].set = false;
    if (!model->overrides[id].set)
        return false;
    model->overrides[id].used_ms = now_ms;
    *out = model->overrides[id].status;
    return true;
}

static void set_override(struct model *model, size_t id, enum cr_wire_status status, int64_t now_ms)
{
    model->overrides[id].set = true;
    model->overrides[id].status = status;
    model->overrides[id].used_ms = now_ms;
}

static bool serving(enum cr_wire_status status)
{
    return status == CR_WIRE_UP || status == CR_WIRE_OUT_OF_SERVICE;
}

static enum cr_wire_status judge(struct model *model, const struct model_cell *cell, size_t id,
                                 enum cr_wire_status said, bool peer, int64_t now_ms)
{
    enum cr_wire_status override = CR_WIRE_UNKNOWN;
    bool is_overridden = overridden(model, id, now_ms, &override);
    if (!serving(said))
        return said;
    if (is_overridden)
        return override;
    if (!peer && cell->in && serving(cell->status))
        return cell->status;
    return said;
}

/* ---- self-preservation ---- */

static int64_t renewals_of(const struct model *model, int64_t minute)
{
    return model->renewals_minute[minute & 1] == minute ? model->renewals[minute & 1] : 0;
}

static void count_renewal(struct model *model, int64_t now_ms)
{
    int64_t minute = now_ms / MINUTE_MS;
    if (model->renewals_minute[minute & 1] != minute)
        model->renewals[minute & 1] = 0;
    model->renewals_minute[minute & 1] = minute;
    model->renewals[minute & 1]++;
}

static bool good_minute(const struct model *model, int64_t now_ms)
{
    int64_t minute = now_ms / MINUTE_MS;
    int64_t threshold = (int64_t)((double)model_size(model) * (60.0 / 30.0) * 0.85);
    return minute > 0 && threshold > 0 && renewals_of(model, minute - 1) > threshold;
}

static void maybe_off(struct model *model, int64_t now_ms)
{
    if (model->on && model->below_since_ms >= 0 && now_ms - model->below_since_ms >= OFF_MS) {
        model->on = false;
        model->below_since_ms = -1;
    }
}

static void size_changed(struct model *model, int64_t now_ms)
{
    maybe_off(model, now_ms);
    if (model_size(model) >= MODEL_MIN_INSTANCES) {
        model->on = true;
        model->below_since_ms = -1;
    } else if (model->on && model->below_since_ms < 0) {
        model->below_since_ms = now_ms;
    }
}

/* ---- time ---- */

static void go(struct model *model, size_t app, size_t id, int64_t when_ms, struct registry_now now)
{
    model->cells[app][id].in = false;
    model->cells[app][id].held = false;
    model->overrides[id].set = false;
    remember(model->cancelled, &model->cancelled_count, app, id, now.wall_ms);
    changed(model, app, id, CR_WIRE_DELETED, now);
    size_changed(model, when_ms);
}

/* The first cell, by when it is due, among those that are held or not; NULL: none. */
static struct model_cell *first(struct model *model, bool held, size_t *out_app, size_t *out_id)
{
    struct model_cell *found = NULL;
    for (size_t app = 0; app < MODEL_APPS; app++) {
        for (size_t id = 0; id < MODEL_IDS; id++) {
            struct model_cell *cell = &model->cells[app][id];
            if (!cell->in || cell->held != held)
                continue;
            if (found && (found->due_ms < cell->due_ms ||
                          (found->due_ms == cell->due_ms && found->turn < cell->turn)))
                continue;
            found = cell;
            *out_app = app;
            *out_id = id;
        }
    }
    return found;
}

static void release(struct model *model, size_t count, int64_t when_ms, struct registry_now now)
{
    size_t app = 0;
    size_t id = 0;
    while (count-- > 0 && first(model, true, &app, &id))
        go(model, app, id, when_ms, now);
}

/* All that happens at one moment: what is due goes or is held; at the turn of a minute some of
 * those that are held go. */
static void happen(struct model *model, int64_t when_ms, struct registry_now now)
{
    size_t app = 0;
    size_t id = 0;
    maybe_off(model, when_ms);
    struct model_cell *cell;
    while ((cell = first(model, false, &app, &id)) != NULL && cell->due_ms <= when_ms) {
        if (!model->on || good_minute(model, when_ms))
            go(model, app, id, when_ms, now);
        else
            cell->held = true;
    }
    size_t size = model_size(model);
    if (!model->on)
        release(model, size, when_ms, now);
    else if (when_ms % MINUTE_MS == 0 && good_minute(model, when_ms))
        release(model, size - (size_t)((double)size * 0.85), when_ms, now);
}

void model_pass(struct model *model, struct registry_now now)
{
    static int64_t passed_ms; /* the model lives as long as the process */
    for (;;) {
        size_t app = 0;
        size_t id = 0;
        int64_t next_ms = now.now_ms + 1;
        const struct model_cell *cell = first(model, false, &app, &id);
        if (cell && cell->due_ms < next_ms)
            next_ms = cell->due_ms;
        if (first(model, true, &app, &id)) {
            int64_t turn_ms = (passed_ms / MINUTE_MS + 1) * MINUTE_MS;
            int64_t off_ms = model->below_since_ms + OFF_MS;
            next_ms = turn_ms < next_ms ? turn_ms : next_ms;
            next_ms = model->below_since_ms >= 0 && off_ms < next_ms ? off_ms : next_ms;
        }
        if (next_ms > now.now_ms)
            break;
        happen(model, next_ms, now);
        passed_ms = next_ms;
    }
    passed_ms = now.now_ms;
    maybe_off(model, now.now_ms);
}

static void touch(struct model *model, struct model_cell *cell, bool peer, struct registry_now now)
{
    cell->due_ms = now.now_ms + cell->period_ms + (peer ? 2000 : 0);
    cell->held = false;
    cell->turn = model->turns++;
    cell->renewal_wall_ms = now.wall_ms + 1000 * cell->duration_s;
}

/* ---- calls ---- */

void model_register(struct model *model, size_t app, size_t id,
                    const struct cr_wire_instance *record, int vips, bool peer,
                    struct registry_now now)
{
    struct model_cell *cell = &model->cells[app][id];
    bool keep = cell->in && cell->dirty_ms > record->last_dirty_ms;
    if (!cell->in)
        *cell = (struct model_cell){.overridden = CR_WIRE_UNKNOWN};
    enum cr_wire_status said = keep ? cell->status : record->status;
    if (!keep) {
        cell->dirty_ms = record->last_dirty_ms;
        cell->duration_s = record->lease.duration_s;
        cell->renewal_s = record->lease.renewal_s;
        cell->overridden = record->overridden_status;
        cell->vips = vips;
        memset(cell->metadata, 0, sizeof cell->metadata);
    }
    enum cr_wire_status override;
    if (overridden(model, id, now.now_ms, &override))
        cell->overridden = override;
    else if (cell->overridden != CR_WIRE_UNKNOWN)
        set_override(model, id, cell->overridden, now.now_ms);
    cell->status = judge(model, cell, id, said, peer, now.now_ms);
    int64_t duration_s = record->lease.duration_s;
    int64_t interval_s = record->lease.renewal_s;
    cell->period_ms = 1000 * (interval_s < duration_s ? duration_s : 2 * interval_s);
    touch(model, cell, peer, now);
    cell->renewal_wall_ms = now.wall_ms;
    cell->registered_wall_ms = now.wall_ms;
    if (cell->status == CR_WIRE_UP && cell->up_wall_ms == 0)
        cell->up_wall_ms = now.wall_ms;
    cell->in = true;
    size_changed(model, now.now_ms);
    remember(model->registered, &model->registered_count, app, id, now.wall_ms);
    changed(model, app, id, CR_WIRE_ADDED, now);
}

enum registry_renewal model_renew(struct model *model, size_t app, size_t id,
                                  const struct registry_beat *beat, struct registry_now now)
{
    struct model_cell *cell = &model->cells[app][id];
    bool peer = beat->origin == REGISTRY_PEER;
    if (!cell->in)
        return REGISTRY_UNKNOWN;
    enum cr_wire_status status = judge(model, cell, id, cell->status, peer, now.now_ms);
    if (status == CR_WIRE_UNKNOWN)
        return REGISTRY_UNKNOWN;
    if (status != cell->status) {
        cell->status = status;
        changed(model, app, id, CR_WIRE_MODIFIED, now);
    }
    count_renewal(model, now.now_ms);
    touch(model, cell, peer, now);
    if (!beat->dirty_ms || *beat->dirty_ms == cell->dirty_ms)
        return REGISTRY_RENEWED;
    if (*beat->dirty_ms < cell->dirty_ms)
        return peer ? REGISTRY_NEWER : REGISTRY_RENEWED;
    enum cr_wire_status known;
    if (peer && beat->overridden && *beat->overridden != CR_WIRE_UNKNOWN &&
        !(overridden(model, id, now.now_ms, &known) && known == *beat->overridden)) {
        set_override(model, id, *beat->overridden, now.now_ms);
        cell->overridden = *beat->overridden;
        changed(model, app, id, CR_WIRE_MODIFIED, now);
    }
    return REGISTRY_UNKNOWN;
}

bool model_cancel(struct model *model, size_t app, size_t id, struct registry_now now)
{
    if (model->cells[app][id].in) {
        go(model, app, id, now.now_ms, now);
        return true;
    }
    remember(model->cancelled, &model->cancelled_count, app, id, now.wall_ms);
    model->overrides[id].set = false;
    return false;
}

static void order_taken(struct model *model, size_t app, size_t id,
                        const struct registry_order *order, struct registry_now now)
{
    struct model_cell *cell = &model->cells[app][id];
    cell->status = order->status;
    if (order->dirty_ms && *order->dirty_ms > cell->dirty_ms)
        cell->dirty_ms = *order->dirty_ms;
    changed(model, app, id, CR_WIRE_MODIFIED, now);
}

bool model_override(struct model *model, size_t app, size_t id, const struct registry_order *order,
                    struct registry_now now)
{
    struct model_cell *cell = &model->cells[app][id];
    if (!cell->in)
        return false;
    touch(model, cell, order->origin == REGISTRY_PEER, now);
    if (cell->status == order->status)
        return true;
    if (order->status == CR_WIRE_UP && cell->up_wall_ms == 0)
        cell->up_wall_ms = now.wall_ms;
    set_override(model, id, order->status, now.now_ms);
    cell->overridden = order->status;
    order_taken(model, app, id, order, now);
    return true;
}

bool model_end_override(struct model *model, size_t app, size_t id,
                        const struct registry_order *order, struct registry_now now)
{
    struct model_cell *cell = &model->cells[app][id];
    if (!cell->in)
        return false;
    touch(model, cell, order->origin == REGISTRY_PEER, now);
    enum cr_wire_status had;
    if (!overridden(model, id, now.now_ms, &had))
        return true;
    model->overrides[id].set = false;
    cell->overridden = CR_WIRE_UNKNOWN;
    order_taken(model, app, id, order, now);
    return true;
}

bool model_metadata(struct model *model, size_t app, size_t id, size_t key, int value,
                    struct registry_now now)
{
    struct model_cell *cell = &model->cells[app][id];
    int metadata[MODEL_KEYS];
    if (!cell->in)
        return false;
    memcpy(metadata, cell->metadata, sizeof metadata);
    metadata[key] = value;
    const struct cr_wire_instance same = {
        .last_dirty_ms = cell->dirty_ms,
        .status = cell->status,
        .overridden_status = cell->overridden,
        .lease = {.duration_s = cell->duration_s, .renewal_s = cell->renewal_s},
    };
    model_register(model, app, id, &same, cell->vips, false, now);
    memcpy(cell->metadata, metadata, sizeof metadata);
    return true;
}
