/* Snapshots: from the registry's records to instances by service. */
#include <stdlib.h>
#include <string.h>

#include "cr_int.h"
#include "cr_snapshot_private.h"

enum { PORT_MAX = 65535, VIPS_MAX = 64 };

/* ---- one instance ---- */

static const char *text_of(struct cr_arena *arena, struct cr_slice text)
{
    return text.len ? cr_arena_slice(arena, text) : "";
}

static const char *lower_text(struct cr_arena *arena, struct cr_slice text)
{
    char *copy = cr_arena_slice(arena, text);
    for (char *c = copy; c && *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return copy;
}

static int port_of(struct cr_wire_port port)
{
    return port.enabled && port.number > 0 && port.number <= PORT_MAX ? (int)port.number : 0;
}

static int management_port(const struct cr_wire_instance *record, int fallback)
{
    int64_t port = 0;
    struct cr_slice text = cr_wire_instance_metadata(record, CR_SLICE("management.port"));
    return cr_int_parse(text, 1, PORT_MAX, &port) ? fallback : (int)port;
}

static const struct cr_instance_pair *copy_pairs(const struct cr_wire_instance *record,
                                                 struct cr_arena *arena)
{
    struct cr_instance_pair *pairs =
        cr_arena_array(arena, record->metadata_count + 1, sizeof *pairs);
    for (size_t i = 0; pairs && i < record->metadata_count; i++) {
        pairs[i].key = text_of(arena, record->metadata[i].key);
        pairs[i].value = text_of(arena, record->metadata[i].value);
    }
    return pairs;
}

/* No memory shows in the arena. */
static struct cr_instance instance_of(const struct cr_wire_instance *record, struct cr_arena *arena)
{
    int port = port_of(record->port);
    int secure_port = port_of(record->secure_port);
    return (struct cr_instance){
        .id = text_of(arena, cr_wire_instance_id(record)),
        .app = lower_text(arena, record->app),
        .host = text_of(arena, record->host_name),
        .ip = text_of(arena, record->ip_addr),
        .zone = text_of(arena, cr_wire_instance_metadata(record, CR_SLICE("zone"))),
        .port = port,
        .secure_port = secure_port,
        .management_port = management_port(record, port ? port : secure_port),
        .status = record->status,
        .dirty_ms = record->last_dirty_ms,
        .home_page_url = text_of(arena, record->home_page_url),
        .status_page_url = text_of(arena, record->status_page_url),
        .health_check_url = text_of(arena, record->health_check_url),
        .metadata = copy_pairs(record, arena),
        .metadata_count = record->metadata_count,
    };
}

/* ---- all instances, each once ---- */

/* An instance on its way in, with the names that it answers to. */
struct entry {
    struct cr_instance instance;
    struct cr_slice vips;
    size_t order; /* of two with one identity, the later is right */
};

static int by_identity(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    int order = strcmp(a->instance.app, b->instance.app);
    order = order ? order : strcmp(a->instance.id, b->instance.id);
    return order ? order : (a->order > b->order) - (a->order < b->order);
}

static bool same_identity(const struct entry *a, const struct entry *b)
{
    return strcmp(a->instance.app, b->instance.app) == 0 &&
           strcmp(a->instance.id, b->instance.id) == 0;
}

static struct entry *make_entries(const struct cr_wire_instances *records, struct cr_arena *arena,
                                  size_t *out_count)
{
    struct entry *entries = cr_arena_array(arena, records->count + 1, sizeof *entries);
    if (!entries)
        return NULL;
    for (size_t i = 0; i < records->count; i++)
        entries[i] = (struct entry){instance_of(&records->items[i], arena),
                                    records->items[i].vip_address, i};
    if (cr_arena_failed(arena))
        return NULL;
    qsort(entries, records->count, sizeof *entries, by_identity);
    size_t count = 0;
    for (size_t i = 0; i < records->count; i++) {
        if (count > 0 && same_identity(&entries[count - 1], &entries[i]))
            count--;
        entries[count++] = entries[i];
    }
    *out_count = count;
    return entries;
}

/* ---- services ---- */

/* "This instance belongs to that service." */
struct membership {
    const char *service;
    const struct cr_instance *instance;
    bool app;
};

static int by_service(const void *left, const void *right)
{
    const struct membership *a = left;
    const struct membership *b = right;
    int order = strcmp(a->service, b->service);
    if (order)
        return order;
    bool up_a = a->instance->status == CR_WIRE_UP;
    bool up_b = b->instance->status == CR_WIRE_UP;
    if (up_a != up_b)
        return up_b - up_a;
    order = strcmp(a->instance->id, b->instance->id);
    return order ? order : strcmp(a->instance->app, b->instance->app);
}

/* An application's name and each part of "vip1,vip2". */
static size_t add_memberships(const struct entry *entry, const struct cr_instance *instance,
                              struct membership *to, struct cr_arena *arena)
{
    size_t count = 0;
    struct cr_slice rest = entry->vips;
    struct cr_slice part;
    to[count++] = (struct membership){instance->app, instance, true};
    while (count <= VIPS_MAX && cr_slice_split(&rest, ',', &part))
        if (part.len > 0)
            to[count++] = (struct membership){lower_text(arena, part), instance, false};
    return count;
}

static size_t vip_count(const struct entry *entry)
{
    size_t count = entry->vips.len > 0;
    for (size_t i = 0; i < entry->vips.len && count < VIPS_MAX; i++)
        count += entry->vips.ptr[i] == ',';
    return count;
}

/* Takes the memberships of one service, from at on; returns the index behind them. */
static size_t take_service(const struct membership *all, size_t count, size_t at,
                           const struct cr_instance **members, struct cr_service *out)
{
    *out = (struct cr_service){.id = all[at].service, .instances = members};
    size_t i = at;
    for (; i < count && strcmp(all[i].service, out->id) == 0; i++) {
        const struct cr_instance *instance = all[i].instance;
        out->app = out->app || all[i].app;
        if (out->count > 0 && members[out->count - 1] == instance)
            continue; /* by its application and by its virtual name */
        members[out->count++] = instance;
        out->up_count += instance->status == CR_WIRE_UP;
    }
    return i;
}

static int make_services(const struct entry *entries, struct cr_arena *arena,
                         struct cr_snapshot *snapshot)
{
    size_t room = 0;
    for (size_t i = 0; i < snapshot->instance_count; i++)
        room += 1 + vip_count(&entries[i]);
    struct membership *all = cr_arena_array(arena, room + 1, sizeof *all);
    struct cr_service *services = cr_arena_array(arena, room + 1, sizeof *services);
    const struct cr_instance **members =
        cr_arena_array(arena, room + 1, sizeof(struct cr_instance *));
    if (!all || !services || !members)
        return CR_ENOMEM;
    size_t count = 0;
    for (size_t i = 0; i < snapshot->instance_count; i++)
        count += add_memberships(&entries[i], &snapshot->instances[i], all + count, arena);
    if (cr_arena_failed(arena))
        return CR_ENOMEM;
    qsort(all, count, sizeof *all, by_service);
    for (size_t at = 0; at < count;) {
        struct cr_service *service = &services[snapshot->service_count++];
        at = take_service(all, count, at, members, service);
        members += service->count;
    }
    snapshot->services = services;
    return 0;
}

int cr_snapshot_build(const struct cr_wire_instances *records, struct cr_arena *arena,
                      struct cr_snapshot *out_snapshot, struct cr_err *err)
{
    struct cr_snapshot snapshot = {0};
    struct entry *entries = make_entries(records, arena, &snapshot.instance_count);
    struct cr_instance *instances =
        entries ? cr_arena_array(arena, snapshot.instance_count + 1, sizeof *instances) : NULL;
    if (!instances)
        return cr_err_set(err, CR_ENOMEM, "instances: no memory for %zu", records->count);
    for (size_t i = 0; i < snapshot.instance_count; i++)
        instances[i] = entries[i].instance;
    snapshot.instances = instances;
    if (make_services(entries, arena, &snapshot))
        return cr_err_set(err, CR_ENOMEM, "instances: no memory for %zu", records->count);
    *out_snapshot = snapshot;
    return 0;
}

/* ---- comparing and finding ---- */

static bool same_metadata(const struct cr_instance *a, const struct cr_instance *b)
{
    if (a->metadata_count != b->metadata_count)
        return false;
    for (size_t i = 0; i < a->metadata_count; i++)
        if (strcmp(a->metadata[i].key, b->metadata[i].key) != 0 ||
            strcmp(a->metadata[i].value, b->metadata[i].value) != 0)
            return false;
    return true;
}

static bool same_instance(const struct cr_instance *a, const struct cr_instance *b)
{
    const char *const texts[][2] = {
        {a->id, b->id},
        {a->app, b->app},
        {a->host, b->host},
        {a->ip, b->ip},
        {a->home_page_url, b->home_page_url},
        {a->status_page_url, b->status_page_url},
        {a->health_check_url, b->health_check_url},
    };
    for (size_t i = 0; i < CR_COUNT(texts); i++)
        if (strcmp(texts[i][0], texts[i][1]) != 0)
            return false;
    return a->port == b->port && a->secure_port == b->secure_port && a->status == b->status &&
           a->dirty_ms == b->dirty_ms && same_metadata(a, b);
}

/* Of snapshots whose instances are the same. */
static bool same_service(const struct cr_snapshot *in_a, const struct cr_service *a,
                         const struct cr_snapshot *in_b, const struct cr_service *b)
{
    if (strcmp(a->id, b->id) != 0 || a->count != b->count || a->app != b->app)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->instances[i] - in_a->instances != b->instances[i] - in_b->instances)
            return false;
    return true;
}

bool cr_snapshot_same(const struct cr_snapshot *a, const struct cr_snapshot *b)
{
    if (a->instance_count != b->instance_count || a->service_count != b->service_count)
        return false;
    for (size_t i = 0; i < a->instance_count; i++)
        if (!same_instance(&a->instances[i], &b->instances[i]))
            return false;
    for (size_t i = 0; i < a->service_count; i++)
        if (!same_service(a, &a->services[i], b, &b->services[i]))
            return false;
    return true;
}

static int lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* id is lower-case already. */
static int compare_id(struct cr_slice wanted, const char *id)
{
    size_t i = 0;
    for (; i < wanted.len && id[i]; i++) {
        int order = lower((unsigned char)wanted.ptr[i]) - (unsigned char)id[i];
        if (order)
            return order;
    }
    return (i < wanted.len) - (id[i] != '\0');
}

const struct cr_service *cr_snapshot_service(const struct cr_snapshot *snapshot,
                                             struct cr_slice service_id)
{
    size_t low = 0;
    size_t high = snapshot->service_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_id(service_id, snapshot->services[middle].id);
        if (order == 0)
            return &snapshot->services[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *cr_instance_metadata(const struct cr_instance *instance, const char *key)
{
    for (size_t i = 0; i < instance->metadata_count; i++)
        if (strcmp(instance->metadata[i].key, key) == 0)
            return instance->metadata[i].value;
    return NULL;
}
