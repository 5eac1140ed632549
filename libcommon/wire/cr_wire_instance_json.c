/* The registry's record in Netflix' JSON: a tolerant reader, an exact writer. */
#include <inttypes.h>
#include <stdio.h>

#include "cr_json.h"
#include "cr_json_writer.h"
#include "cr_wire_instance.h"
#include "cr_wire_instance_private.h"

#define CLASS_AMAZON "com.netflix.appinfo.AmazonInfo"
#define CLASS_OTHER  "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo"
#define CLASS_EMPTY  "java.util.Collections$EmptyMap"

static const char *const center_names[] = {
    [CR_WIRE_MY_OWN] = "MyOwn",
    [CR_WIRE_NETFLIX] = "Netflix",
    [CR_WIRE_AMAZON] = "Amazon",
};
static const char *const action_names[] = {
    [CR_WIRE_ADDED] = "ADDED",
    [CR_WIRE_MODIFIED] = "MODIFIED",
    [CR_WIRE_DELETED] = "DELETED",
};

/* What a list of names has at index i, or -1. */
static int name_index(const char *const *names, size_t count, struct cr_slice text)
{
    for (size_t i = 0; i < count; i++)
        if (names[i] && cr_slice_is(text, names[i]))
            return (int)i;
    return -1;
}

/* ---- writing ---- */

static void write_port(struct cr_json_writer *w, const char *key, struct cr_wire_port port)
{
    cr_json_pair_object(w, key);
    cr_json_pair_int(w, "$", port.number);
    cr_json_pair_text(w, "@enabled", port.enabled ? "true" : "false");
    cr_json_end_object(w);
}

/* An empty map says so by its Java class: Netflix' clients expect it. */
static void write_pairs(struct cr_json_writer *w, const char *key, const struct cr_wire_pair *pairs,
                        size_t count)
{
    cr_json_pair_object(w, key);
    if (count == 0)
        cr_json_pair_text(w, "@class", CLASS_EMPTY);
    for (size_t i = 0; i < count; i++) {
        cr_json_key_slice(w, pairs[i].key);
        cr_json_string(w, pairs[i].value);
    }
    cr_json_end_object(w);
}

static void write_center(struct cr_json_writer *w, const struct cr_wire_instance *instance)
{
    enum cr_wire_data_center center = instance->data_center;
    bool amazon = center == CR_WIRE_AMAZON;
    if (center == CR_WIRE_NO_DATA_CENTER)
        return;
    cr_json_pair_object(w, "dataCenterInfo");
    cr_json_pair_text(w, "@class", amazon ? CLASS_AMAZON : CLASS_OTHER);
    if (center != CR_WIRE_DATA_CENTER_NAMELESS)
        cr_json_pair_text(w, "name", center_names[center]);
    if (amazon)
        write_pairs(w, "metadata", instance->data_center_metadata,
                    instance->data_center_metadata_count);
    cr_json_end_object(w);
}

static void write_lease(struct cr_json_writer *w, const struct cr_wire_lease *lease)
{
    cr_json_pair_object(w, "leaseInfo");
    cr_json_pair_int(w, "renewalIntervalInSecs",
                     lease->renewal_s > 0 ? lease->renewal_s : CR_WIRE_LEASE_RENEWAL_S);
    cr_json_pair_int(w, "durationInSecs",
                     lease->duration_s > 0 ? lease->duration_s : CR_WIRE_LEASE_DURATION_S);
    cr_json_pair_int(w, "registrationTimestamp", lease->registration_ms);
    cr_json_pair_int(w, "lastRenewalTimestamp", lease->last_renewal_ms);
    cr_json_pair_int(w, "evictionTimestamp", lease->eviction_ms);
    cr_json_pair_int(w, "serviceUpTimestamp", lease->service_up_ms);
    cr_json_end_object(w);
}

static void write_text(struct cr_json_writer *w, const char *key, struct cr_slice text)
{
    if (text.ptr)
        cr_json_pair_string(w, key, text);
}

/* Netflix writes these as strings. */
static void write_time(struct cr_json_writer *w, const char *key, int64_t time_ms)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, time_ms);
    cr_json_pair_text(w, key, digits);
}

void cr_wire_instance_write(const struct cr_wire_instance *instance, struct cr_buf *out)
{
    struct cr_json_writer writer;
    struct cr_json_writer *w = &writer;
    cr_json_init(w, out);
    cr_json_begin_object(w);
    write_text(w, "instanceId", instance->instance_id);
    write_text(w, "hostName", instance->host_name);
    write_text(w, "app", instance->app);
    write_text(w, "ipAddr", instance->ip_addr);
    write_text(w, "sid", instance->sid);
    cr_json_pair_text(w, "status", cr_wire_status_name(instance->status));
    cr_json_pair_text(w, "overriddenStatus", cr_wire_status_name(instance->overridden_status));
    write_port(w, "port", instance->port);
    write_port(w, "securePort", instance->secure_port);
    cr_json_pair_int(w, "countryId", instance->country_id);
    write_center(w, instance);
    write_lease(w, &instance->lease);
    write_pairs(w, "metadata", instance->metadata, instance->metadata_count);
    write_text(w, "appGroupName", instance->app_group_name);
    write_text(w, "homePageUrl", instance->home_page_url);
    write_text(w, "statusPageUrl", instance->status_page_url);
    write_text(w, "healthCheckUrl", instance->health_check_url);
    write_text(w, "secureHealthCheckUrl", instance->secure_health_check_url);
    write_text(w, "vipAddress", instance->vip_address);
    write_text(w, "secureVipAddress", instance->secure_vip_address);
    cr_json_pair_text(w, "isCoordinatingDiscoveryServer",
                      instance->coordinating_discovery_server ? "true" : "false");
    write_time(w, "lastUpdatedTimestamp", instance->last_updated_ms);
    write_time(w, "lastDirtyTimestamp", instance->last_dirty_ms);
    if (instance->action != CR_WIRE_NO_ACTION)
        cr_json_pair_text(w, "actionType", action_names[instance->action]);
    write_text(w, "asgName", instance->asg_name);
    cr_json_end_object(w);
}

/* ---- reading ---- */

/* Everything that the readers of one record share. */
struct reader {
    struct cr_arena *arena;
    struct cr_err *err;
};

static int wrong(const struct reader *reader, const char *key, const struct cr_tree *value)
{
    return cr_err_set(reader->err, CR_EPARSE, "instance: '%s' may not be %s", key,
                      cr_tree_kind_name(cr_tree_kind(value)));
}

static bool is_compound(const struct cr_tree *value)
{
    enum cr_tree_kind kind = cr_tree_kind(value);
    return kind == CR_TREE_OBJECT || kind == CR_TREE_ARRAY;
}

/* A whole number or its text; out keeps its value where there is none, "" included. */
static int read_int(const struct reader *reader, const struct cr_tree *object, const char *key,
                    int64_t *out)
{
    const struct cr_tree *value = cr_tree_get(object, key);
    if (cr_tree_kind(value) == CR_TREE_NULL)
        return 0;
    if (cr_tree_kind(value) == CR_TREE_STRING && cr_tree_slice(value).len == 0)
        return 0;
    if (cr_tree_int(value, INT64_MIN, INT64_MAX, out))
        return cr_err_set(reader->err, CR_EPARSE, "instance: '%s' is not a whole number", key);
    return 0;
}

static int upper_case(const struct reader *reader, struct cr_slice *text)
{
    char *copy = cr_arena_slice(reader->arena, *text);
    if (!copy)
        return cr_err_set(reader->err, CR_ENOMEM, "instance: no memory");
    for (char *c = copy; c < copy + text->len; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    text->ptr = copy;
    return 0;
}

static int read_texts(const struct reader *reader, const struct cr_tree *object,
                      struct cr_wire_instance *instance)
{
    for (size_t i = 0; i < CR_WIRE_TEXT_COUNT; i++) {
        const struct cr_wire_text *row = &cr_wire_texts[i];
        const struct cr_tree *value = cr_tree_get(object, row->key);
        if (cr_tree_kind(value) == CR_TREE_NULL)
            continue;
        if (is_compound(value))
            return wrong(reader, row->key, value);
        struct cr_slice text = cr_tree_slice(value);
        if (row->upper && upper_case(reader, &text))
            return CR_ENOMEM;
        cr_wire_text_set(instance, row, text);
    }
    if (cr_slice_is(instance->sid, "na") || cr_slice_is(instance->sid, "unknown"))
        instance->sid = (struct cr_slice){0};
    return 0;
}

static enum cr_wire_status read_status(const struct cr_tree *value, enum cr_wire_status fallback)
{
    if (cr_tree_kind(value) == CR_TREE_NULL)
        return fallback;
    enum cr_wire_status status = CR_WIRE_UNKNOWN;
    cr_wire_status_parse(cr_tree_slice(value), &status);
    return status;
}

/* {"$":8080,"@enabled":"true"}, or the number alone. */
static int read_port(const struct reader *reader, const struct cr_tree *object, const char *key,
                     struct cr_wire_port *port)
{
    const struct cr_tree *value = cr_tree_get(object, key);
    if (cr_tree_kind(value) == CR_TREE_ARRAY)
        return wrong(reader, key, value);
    if (cr_tree_kind(value) != CR_TREE_OBJECT)
        return read_int(reader, object, key, &port->number);
    port->enabled = cr_tree_bool(cr_tree_get(value, "@enabled"), port->enabled);
    if (read_int(reader, value, "$", &port->number))
        return cr_err_set(reader->err, CR_EPARSE, "instance: '%s' is not a number", key);
    return 0;
}

/* A member's value as text; what is nested as its JSON. NULL ptr: no memory. */
static struct cr_slice pair_text(const struct reader *reader, const struct cr_tree *value)
{
    if (!is_compound(value))
        return cr_tree_slice(value);
    CR_AUTO(cr_buf) json = {0};
    struct cr_json_writer writer;
    cr_json_init(&writer, &json);
    cr_json_tree(&writer, value);
    if (cr_buf_status(&json))
        return (struct cr_slice){0};
    return (struct cr_slice){cr_arena_slice(reader->arena, cr_buf_view(&json)), json.len};
}

/* Scalars become texts; nulls and Java's class marker are dropped. */
static int read_pairs(const struct reader *reader, const struct cr_tree *object,
                      const struct cr_wire_pair **out_pairs, size_t *out_count)
{
    size_t room = cr_tree_count(object);
    if (room > CR_WIRE_METADATA_MAX)
        return cr_err_set(reader->err, CR_ELIMIT, "instance: %zu metadata entries, at most %d",
                          room, CR_WIRE_METADATA_MAX);
    struct cr_wire_pair *pairs = cr_arena_array(reader->arena, room + 1, sizeof *pairs);
    if (!pairs)
        return cr_err_set(reader->err, CR_ENOMEM, "instance: no memory");
    size_t count = 0;
    for (const struct cr_tree *at = cr_tree_first(object); at; at = cr_tree_next(at)) {
        struct cr_slice key = cr_tree_key(at);
        if (cr_tree_kind(at) == CR_TREE_NULL || cr_slice_is(key, "@class"))
            continue;
        struct cr_slice value = pair_text(reader, at);
        if (!value.ptr)
            return cr_err_set(reader->err, CR_ENOMEM, "instance: no memory");
        pairs[count++] = (struct cr_wire_pair){key, value};
    }
    *out_pairs = pairs;
    *out_count = count;
    return 0;
}

static int read_metadata(const struct reader *reader, const struct cr_tree *object,
                         const struct cr_wire_pair **out_pairs, size_t *out_count)
{
    const struct cr_tree *value = cr_tree_get(object, "metadata");
    if (cr_tree_kind(value) == CR_TREE_NULL)
        return 0;
    if (cr_tree_kind(value) != CR_TREE_OBJECT)
        return wrong(reader, "metadata", value);
    return read_pairs(reader, value, out_pairs, out_count);
}

static int read_center(const struct reader *reader, const struct cr_tree *object,
                       struct cr_wire_instance *instance)
{
    const struct cr_tree *value = cr_tree_get(object, "dataCenterInfo");
    if (cr_tree_kind(value) == CR_TREE_NULL)
        return 0;
    if (cr_tree_kind(value) != CR_TREE_OBJECT)
        return wrong(reader, "dataCenterInfo", value);
    const struct cr_tree *name = cr_tree_get(value, "name");
    if (cr_tree_kind(name) == CR_TREE_NULL) {
        instance->data_center = CR_WIRE_DATA_CENTER_NAMELESS;
        return 0;
    }
    int center = name_index(center_names, CR_COUNT(center_names), cr_tree_slice(name));
    if (center < 0)
        return cr_err_set(reader->err, CR_EPARSE,
                          "instance: dataCenterInfo 'name' is not MyOwn, Netflix or Amazon");
    instance->data_center = (enum cr_wire_data_center)center;
    if (instance->data_center != CR_WIRE_AMAZON)
        return 0;
    return read_metadata(reader, value, &instance->data_center_metadata,
                         &instance->data_center_metadata_count);
}

static int read_lease(const struct reader *reader, const struct cr_tree *object,
                      struct cr_wire_lease *lease)
{
    const struct cr_tree *value = cr_tree_get(object, "leaseInfo");
    if (cr_tree_kind(value) == CR_TREE_NULL)
        return 0;
    if (cr_tree_kind(value) != CR_TREE_OBJECT)
        return wrong(reader, "leaseInfo", value);
    const struct {
        const char *key;
        int64_t *to;
    } rows[] = {
        {"renewalIntervalInSecs", &lease->renewal_s},
        {"durationInSecs", &lease->duration_s},
        {"registrationTimestamp", &lease->registration_ms},
        {"lastRenewalTimestamp", &lease->last_renewal_ms},
        {"evictionTimestamp", &lease->eviction_ms},
        {"serviceUpTimestamp", &lease->service_up_ms},
    };
    for (size_t i = 0; i < CR_COUNT(rows); i++)
        if (read_int(reader, value, rows[i].key, rows[i].to))
            return CR_EPARSE;
    return 0;
}

/* Spring's server takes the id from the metadata where an old client sends none. */
static int id_from_metadata(const struct reader *reader, struct cr_wire_instance *instance)
{
    struct cr_slice id = cr_wire_instance_metadata(instance, CR_SLICE("instanceId"));
    if (instance->instance_id.len > 0 || id.len == 0)
        return 0;
    if (!cr_slice_starts(id, instance->host_name)) {
        const char *text = cr_arena_printf(reader->arena, "%.*s:%.*s",
                                           CR_SLICE_ARG(instance->host_name), CR_SLICE_ARG(id));
        if (!text)
            return cr_err_set(reader->err, CR_ENOMEM, "instance: no memory");
        id = cr_slice_of(text);
    }
    instance->instance_id = id;
    return 0;
}

static int read_tree(const struct reader *reader, const struct cr_tree *object, int64_t wall_ms,
                     struct cr_wire_instance *out)
{
    if (cr_tree_kind(object) != CR_TREE_OBJECT)
        return cr_err_set(reader->err, CR_EPARSE, "instance: expected an object, not %s",
                          cr_tree_kind_name(cr_tree_kind(object)));
    struct cr_wire_instance instance = cr_wire_instance_default(wall_ms);
    const struct cr_tree *override = cr_tree_get(object, "overriddenStatus");
    if (!override)
        override = cr_tree_get(object, "overriddenstatus");
    instance.status = read_status(cr_tree_get(object, "status"), CR_WIRE_UP);
    instance.overridden_status = read_status(override, CR_WIRE_UNKNOWN);
    instance.coordinating_discovery_server =
        cr_tree_bool(cr_tree_get(object, "isCoordinatingDiscoveryServer"), false);
    int action = name_index(action_names, CR_COUNT(action_names),
                            cr_tree_slice(cr_tree_get(object, "actionType")));
    instance.action = action < 0 ? CR_WIRE_NO_ACTION : (enum cr_wire_action)action;
    int rc = read_texts(reader, object, &instance);
    rc = rc ? rc : read_port(reader, object, "port", &instance.port);
    rc = rc ? rc : read_port(reader, object, "securePort", &instance.secure_port);
    rc = rc ? rc : read_int(reader, object, "countryId", &instance.country_id);
    rc = rc ? rc : read_int(reader, object, "lastUpdatedTimestamp", &instance.last_updated_ms);
    rc = rc ? rc : read_int(reader, object, "lastDirtyTimestamp", &instance.last_dirty_ms);
    rc = rc ? rc : read_center(reader, object, &instance);
    rc = rc ? rc : read_lease(reader, object, &instance.lease);
    rc = rc ? rc : read_metadata(reader, object, &instance.metadata, &instance.metadata_count);
    rc = rc ? rc : id_from_metadata(reader, &instance);
    if (rc)
        return rc;
    if (!instance.app.ptr)
        return cr_err_set(reader->err, CR_EPARSE, "instance: 'app' is missing");
    *out = instance;
    return 0;
}

int cr_wire_instance_read(struct cr_slice json, int64_t wall_ms, struct cr_arena *arena,
                          struct cr_wire_instance *out_instance, struct cr_err *err)
{
    const struct cr_tree *tree = NULL;
    int rc = cr_json_parse(json, arena, &tree, err);
    if (rc)
        return rc;
    const struct cr_tree *wrapped = cr_tree_get(tree, "instance");
    struct reader reader = {arena, err};
    return read_tree(&reader, wrapped ? wrapped : tree, wall_ms, out_instance);
}

/* ---- lists ---- */

/* Lists of one may come as the one thing alone: the first element either way. */
static const struct cr_tree *list_first(const struct cr_tree *list)
{
    return cr_tree_kind(list) == CR_TREE_ARRAY ? cr_tree_first(list) : list;
}

static const struct cr_tree *list_next(const struct cr_tree *list, const struct cr_tree *at)
{
    return cr_tree_kind(list) == CR_TREE_ARRAY ? cr_tree_next(at) : NULL;
}

static size_t list_count(const struct cr_tree *list)
{
    if (cr_tree_kind(list) == CR_TREE_ARRAY)
        return cr_tree_count(list);
    return cr_tree_kind(list) == CR_TREE_OBJECT ? 1 : 0;
}

static size_t count_instances(const struct cr_tree *apps)
{
    size_t count = 0;
    for (const struct cr_tree *app = list_first(apps); app; app = list_next(apps, app))
        count += list_count(cr_tree_get(app, "instance"));
    return count;
}

int cr_wire_instances_read(struct cr_slice json, struct cr_arena *arena,
                           struct cr_wire_instances *out_instances, size_t *out_skipped,
                           struct cr_err *err)
{
    const struct cr_tree *tree = NULL;
    int rc = cr_json_parse(json, arena, &tree, err);
    if (rc)
        return rc;
    const struct cr_tree *whole = cr_tree_get(tree, "applications");
    const struct cr_tree *apps = cr_tree_get(whole ? whole : tree, "application");
    if (!whole && !apps)
        return cr_err_set(err, CR_EPARSE, "applications: neither 'applications' nor 'application'");
    size_t room = count_instances(apps);
    if (room > CR_WIRE_INSTANCES_MAX)
        return cr_err_set(err, CR_ELIMIT, "applications: %zu instances, at most %d", room,
                          CR_WIRE_INSTANCES_MAX);
    struct cr_wire_instance *items = cr_arena_array(arena, room + 1, sizeof *items);
    if (!items)
        return cr_err_set(err, CR_ENOMEM, "applications: no memory");
    struct reader reader = {arena, err};
    size_t count = 0;
    for (const struct cr_tree *app = list_first(apps); app; app = list_next(apps, app)) {
        const struct cr_tree *list = cr_tree_get(app, "instance");
        for (const struct cr_tree *at = list_first(list); at; at = list_next(list, at)) {
            rc = read_tree(&reader, at, 0, &items[count]);
            if (rc == CR_ENOMEM)
                return rc;
            count += rc == 0;
        }
    }
    if (out_skipped)
        *out_skipped = room - count;
    *out_instances = (struct cr_wire_instances){items, count};
    return 0;
}
