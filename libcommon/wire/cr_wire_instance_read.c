/* The registry's record from a tree, tolerantly: JSON and XML give the same tree but for a few
 * habits of their languages. */
#include "cr_int.h"
#include "cr_json.h"
#include "cr_json_writer.h"
#include "cr_map.h"
#include "cr_number.h"
#include "cr_wire_instance.h"
#include "cr_wire_instance_private.h"
#include "cr_xml.h"
#include "cr_xml_name.h"

/* Everything that the readers of one record share. */
struct reader {
    struct cr_arena *arena;
    struct cr_err *err;
    bool xml;
};

static int no_memory(const struct reader *reader)
{
    return cr_err_set(reader->err, CR_ENOMEM, "instance: no memory");
}

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

/* Absent, null, or a text of blanks: an empty element of XML, an unset field of other clients. */
static bool is_blank(const struct cr_tree *value)
{
    enum cr_tree_kind kind = cr_tree_kind(value);
    return kind == CR_TREE_NULL ||
           (kind == CR_TREE_STRING && cr_slice_trim(cr_tree_slice(value)).len == 0);
}

/* A member that is an object. NULL with rc 0: there is none. A text where XML should have elements
 * is none, too. */
static int get_object(const struct reader *reader, const struct cr_tree *object, const char *key,
                      const struct cr_tree **out_value)
{
    const struct cr_tree *value = cr_tree_get(object, key);
    *out_value = NULL;
    if (is_blank(value) || (reader->xml && cr_tree_kind(value) == CR_TREE_STRING))
        return 0;
    if (cr_tree_kind(value) != CR_TREE_OBJECT)
        return wrong(reader, key, value);
    *out_value = value;
    return 0;
}

/* "1.5" and "1.7e12" lose their fraction, as with Jackson; some clients count time in doubles. */
static int read_whole(const struct cr_tree *value, int64_t max, int64_t *out)
{
    double number;
    int64_t min = max == INT64_MAX ? INT64_MIN : -max - 1;
    int rc = cr_tree_int(value, min, max, out);
    if (rc != CR_EINVAL || cr_number_double(cr_tree_slice(value), &number))
        return rc;
    if (!(number > (double)min - 1 && number < (double)max))
        return CR_ELIMIT;
    *out = (int64_t)number;
    return 0;
}

/* A number or its text; out keeps its value where there is none. what: for messages. */
static int read_number(const struct reader *reader, const struct cr_tree *value, const char *what,
                       int64_t max, int64_t *out)
{
    if (is_blank(value))
        return 0;
    int rc = read_whole(value, max, out);
    if (rc == CR_ELIMIT)
        return cr_err_set(reader->err, CR_EPARSE, "instance: '%s' is out of range", what);
    if (rc)
        return cr_err_set(reader->err, CR_EPARSE, "instance: '%s' is not a number", what);
    return 0;
}

struct cr_slice cr_wire_upper_case(struct cr_arena *arena, struct cr_slice text)
{
    char *copy = cr_arena_slice(arena, text);
    for (size_t i = 0; copy && i < text.len; i++)
        if (copy[i] >= 'a' && copy[i] <= 'z')
            copy[i] = (char)(copy[i] - 'a' + 'A');
    return (struct cr_slice){copy, copy ? text.len : 0};
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
        if (text.len > row->max)
            return cr_err_set(reader->err, CR_ELIMIT, "instance: '%s' has %zu bytes, at most %zu",
                              row->key, text.len, row->max);
        bool upper = reader->xml ? row->upper_in_xml : row->upper;
        if (upper && !(text = cr_wire_upper_case(reader->arena, text)).ptr)
            return no_memory(reader);
        cr_wire_text_set(instance, row, text);
    }
    if (cr_slice_is(instance->sid, "na") || cr_slice_is(instance->sid, "unknown"))
        instance->sid = (struct cr_slice){0};
    return 0;
}

/* Any other word is UNKNOWN; XML does not mind the case. */
static enum cr_wire_status read_status(const struct reader *reader, const struct cr_tree *value,
                                       enum cr_wire_status fallback)
{
    if (cr_tree_kind(value) == CR_TREE_NULL)
        return fallback;
    struct cr_slice text = cr_tree_slice(value);
    enum cr_wire_status status = CR_WIRE_UNKNOWN;
    for (int i = 0; reader->xml && i < CR_WIRE_STATUS_COUNT; i++)
        if (cr_slice_equal_nocase(text, cr_slice_of(cr_wire_status_name((enum cr_wire_status)i))))
            return (enum cr_wire_status)i;
    cr_wire_status_parse(text, &status);
    return status;
}

/* Java compares with one word: JSON with "true", XML with the one that is not the default. */
static bool read_enabled(const struct reader *reader, const struct cr_tree *object, bool fallback)
{
    const struct cr_tree *value = cr_tree_get(object, "@enabled");
    if (!value)
        return fallback;
    return reader->xml && fallback ? !cr_slice_is(cr_tree_slice(value), "false")
                                   : cr_slice_is(cr_tree_slice(value), "true");
}

/* {"$":8080,"@enabled":"true"}, or the number alone. */
static int read_port(const struct reader *reader, const struct cr_tree *object, const char *key,
                     struct cr_wire_port *port)
{
    const struct cr_tree *value = cr_tree_get(object, key);
    if (cr_tree_kind(value) == CR_TREE_ARRAY)
        return wrong(reader, key, value);
    if (cr_tree_kind(value) != CR_TREE_OBJECT)
        return read_number(reader, value, key, INT32_MAX, &port->number);
    port->enabled = read_enabled(reader, value, port->enabled);
    return read_number(reader, cr_tree_get(value, "$"), key, INT32_MAX, &port->number);
}

/* A member's value as text; what is nested as its JSON. NULL ptr: no memory. */
static struct cr_slice pair_value(const struct reader *reader, const struct cr_tree *value)
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

/* NULL ptr: no memory. */
static struct cr_slice pair_key(const struct reader *reader, struct cr_slice key)
{
    if (!reader->xml || cr_slice_find(key, '_') < 0)
        return key;
    CR_AUTO(cr_buf) text = {0};
    cr_xml_name_unescape(&text, key);
    if (cr_buf_status(&text))
        return (struct cr_slice){0};
    return (struct cr_slice){cr_arena_slice(reader->arena, cr_buf_view(&text)), text.len};
}

/* Nulls, Java's class marker, and what XML says beside its elements. */
static bool is_no_pair(const struct reader *reader, const struct cr_tree *at)
{
    struct cr_slice key = cr_tree_key(at);
    bool beside = cr_slice_starts(key, CR_SLICE("@")) || cr_slice_is(key, "$");
    return cr_tree_kind(at) == CR_TREE_NULL || (reader->xml && beside);
}

static int read_pair(const struct reader *reader, const struct cr_tree *at,
                     struct cr_wire_pair *pair)
{
    pair->key = pair_key(reader, cr_tree_key(at));
    pair->value = pair_value(reader, at);
    if (!pair->key.ptr || !pair->value.ptr)
        return no_memory(reader);
    if (pair->key.len > CR_WIRE_NAME_MAX)
        return cr_err_set(
            reader->err, CR_ELIMIT, "instance: metadata key '%.*s...' has %zu bytes, at most %d",
            CR_SLICE_ARG(cr_slice_sub(pair->key, 0, 64)), pair->key.len, CR_WIRE_NAME_MAX);
    if (pair->value.len > CR_WIRE_VALUE_MAX)
        return cr_err_set(
            reader->err, CR_ELIMIT, "instance: metadata '%.*s' has %zu bytes, at most %d",
            CR_SLICE_ARG(cr_slice_sub(pair->key, 0, 64)), pair->value.len, CR_WIRE_VALUE_MAX);
    return 0;
}

/* Scalars become texts. Of equal keys the last value counts, at the place of the first. */
static int read_pairs(const struct reader *reader, const struct cr_tree *object,
                      const struct cr_wire_pair **out_pairs, size_t *out_count)
{
    size_t room = cr_tree_count(object);
    if (room > CR_WIRE_METADATA_MAX)
        return cr_err_set(reader->err, CR_ELIMIT, "instance: %zu metadata entries, at most %d",
                          room, CR_WIRE_METADATA_MAX);
    CR_AUTO_MAP seen = cr_map_new(0, NULL);
    struct cr_wire_pair *pairs = cr_arena_array(reader->arena, room + 1, sizeof *pairs);
    if (!pairs || !seen)
        return no_memory(reader);
    size_t count = 0;
    for (const struct cr_tree *at = cr_tree_first(object); at; at = cr_tree_next(at)) {
        struct cr_wire_pair pair;
        if (is_no_pair(reader, at))
            continue;
        int rc = read_pair(reader, at, &pair);
        if (rc)
            return rc;
        if (cr_slice_is(pair.key, "@class"))
            continue;
        struct cr_wire_pair *same = cr_map_get(seen, pair.key);
        if (same)
            same->value = pair.value;
        else if (cr_map_put(seen, pair.key, &pairs[count]))
            return no_memory(reader);
        else
            pairs[count++] = pair;
    }
    *out_pairs = pairs;
    *out_count = count;
    return 0;
}

static int read_metadata(const struct reader *reader, const struct cr_tree *object,
                         const struct cr_wire_pair **out_pairs, size_t *out_count)
{
    const struct cr_tree *value;
    int rc = get_object(reader, object, "metadata", &value);
    return rc || !value ? rc : read_pairs(reader, value, out_pairs, out_count);
}

/* XML's Amazon may be in any case. -1: no such centre. */
static int center_of(const struct reader *reader, struct cr_slice name)
{
    for (int i = CR_WIRE_MY_OWN; i <= CR_WIRE_AMAZON; i++)
        if (cr_slice_is(name, cr_wire_center_names[i]))
            return i;
    bool amazon = reader->xml && cr_slice_equal_nocase(name, CR_SLICE("Amazon"));
    return amazon ? CR_WIRE_AMAZON : -1;
}

static int read_center(const struct reader *reader, const struct cr_tree *object,
                       struct cr_wire_instance *instance)
{
    const struct cr_tree *value;
    int rc = get_object(reader, object, "dataCenterInfo", &value);
    if (rc || !value)
        return rc;
    const struct cr_tree *name = cr_tree_get(value, "name");
    if (cr_tree_kind(name) == CR_TREE_NULL) {
        instance->data_center = reader->xml ? CR_WIRE_NO_DATA_CENTER : CR_WIRE_DATA_CENTER_NAMELESS;
        return 0;
    }
    int center = center_of(reader, cr_tree_slice(name));
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
    const struct cr_tree *value;
    int rc = get_object(reader, object, "leaseInfo", &value);
    if (rc || !value)
        return rc;
    const struct {
        const char *key;
        int64_t max;
        int64_t *to;
    } rows[] = {
        {"renewalIntervalInSecs", INT32_MAX, &lease->renewal_s},
        {"durationInSecs", INT32_MAX, &lease->duration_s},
        {"registrationTimestamp", INT64_MAX, &lease->registration_ms},
        {"lastRenewalTimestamp", INT64_MAX, &lease->last_renewal_ms},
        {"evictionTimestamp", INT64_MAX, &lease->eviction_ms},
        {"serviceUpTimestamp", INT64_MAX, &lease->service_up_ms},
    };
    for (size_t i = 0; i < CR_COUNT(rows) && !rc; i++)
        rc = read_number(reader, cr_tree_get(value, rows[i].key), rows[i].key, rows[i].max,
                         rows[i].to);
    return rc;
}

/* Spring's server takes the id from the metadata where an old client sends none, in JSON. */
static int id_from_metadata(const struct reader *reader, struct cr_wire_instance *instance)
{
    struct cr_slice id = cr_wire_instance_metadata(instance, CR_SLICE("instanceId"));
    if (instance->instance_id.len > 0 || id.len == 0 || reader->xml)
        return 0;
    if (!cr_slice_starts(id, instance->host_name)) {
        const char *text = cr_arena_printf(reader->arena, "%.*s:%.*s",
                                           CR_SLICE_ARG(instance->host_name), CR_SLICE_ARG(id));
        if (!text)
            return no_memory(reader);
        id = cr_slice_of(text);
    }
    if (id.len > CR_WIRE_NAME_MAX)
        return cr_err_set(reader->err, CR_ELIMIT,
                          "instance: the metadata's 'instanceId' makes an id of %zu bytes, at most "
                          "%d",
                          id.len, CR_WIRE_NAME_MAX);
    instance->instance_id = id;
    return 0;
}

static enum cr_wire_action read_action(const struct cr_tree *value)
{
    for (int i = CR_WIRE_ADDED; i <= CR_WIRE_DELETED; i++)
        if (cr_slice_is(cr_tree_slice(value), cr_wire_action_names[i]))
            return (enum cr_wire_action)i;
    return CR_WIRE_NO_ACTION;
}

/* Both spellings are known, and the last counts. */
static const struct cr_tree *last_override(const struct cr_tree *object)
{
    const struct cr_tree *found = NULL;
    for (const struct cr_tree *at = cr_tree_first(object); at; at = cr_tree_next(at))
        if (cr_slice_is(cr_tree_key(at), "overriddenStatus") ||
            cr_slice_is(cr_tree_key(at), "overriddenstatus"))
            found = at;
    return found;
}

static void read_words(const struct reader *reader, const struct cr_tree *object,
                       struct cr_wire_instance *instance)
{
    instance->status = read_status(reader, cr_tree_get(object, "status"), CR_WIRE_UP);
    instance->overridden_status = read_status(reader, last_override(object), CR_WIRE_UNKNOWN);
    instance->coordinating_discovery_server =
        cr_tree_bool(cr_tree_get(object, "isCoordinatingDiscoveryServer"), false);
    instance->action = read_action(cr_tree_get(object, "actionType"));
    /* The server overwrites it, so nothing can be wrong with it. */
    (void)read_whole(cr_tree_get(object, "lastUpdatedTimestamp"), INT64_MAX,
                     &instance->last_updated_ms);
}

int cr_wire_instance_from_tree(const struct cr_tree *object, enum cr_wire_language language,
                               int64_t wall_ms, struct cr_arena *arena,
                               struct cr_wire_instance *out_instance, struct cr_err *err)
{
    const struct reader record = {arena, err, language == CR_WIRE_FROM_XML};
    const struct reader *reader = &record;
    if (cr_tree_kind(object) != CR_TREE_OBJECT)
        return cr_err_set(err, CR_EPARSE, "instance: expected an object, not %s",
                          cr_tree_kind_name(cr_tree_kind(object)));
    struct cr_wire_instance instance = cr_wire_instance_default(wall_ms);
    read_words(reader, object, &instance);
    int rc = read_texts(reader, object, &instance);
    rc = rc ? rc : read_port(reader, object, "port", &instance.port);
    rc = rc ? rc : read_port(reader, object, "securePort", &instance.secure_port);
    rc = rc ? rc
            : read_number(reader, cr_tree_get(object, "countryId"), "countryId", INT32_MAX,
                          &instance.country_id);
    rc = rc ? rc
            : read_number(reader, cr_tree_get(object, "lastDirtyTimestamp"), "lastDirtyTimestamp",
                          INT64_MAX, &instance.last_dirty_ms);
    rc = rc ? rc : read_center(reader, object, &instance);
    rc = rc ? rc : read_lease(reader, object, &instance.lease);
    rc = rc ? rc : read_metadata(reader, object, &instance.metadata, &instance.metadata_count);
    rc = rc ? rc : id_from_metadata(reader, &instance);
    if (rc)
        return rc;
    if (!instance.app.ptr)
        return cr_err_set(err, CR_EPARSE, "instance: 'app' is missing");
    *out_instance = instance;
    return 0;
}

/* An Amazon record always has its instance-id once it is registered. */
static int name_amazon(struct cr_wire_instance *instance, struct cr_arena *arena,
                       struct cr_err *err)
{
    static const struct cr_slice key = {"instance-id", 11};
    size_t count = instance->data_center_metadata_count;
    if (instance->data_center != CR_WIRE_AMAZON)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (cr_slice_equal(instance->data_center_metadata[i].key, key))
            return 0;
    struct cr_wire_pair *pairs = cr_arena_array(arena, count + 1, sizeof *pairs);
    if (!pairs)
        return cr_err_set(err, CR_ENOMEM, "instance: no memory");
    for (size_t i = 0; i < count; i++)
        pairs[i] = instance->data_center_metadata[i];
    pairs[count] = (struct cr_wire_pair){key, cr_wire_instance_id(instance)};
    instance->data_center_metadata = pairs;
    instance->data_center_metadata_count = count + 1;
    return 0;
}

int cr_wire_instance_to_register(const struct cr_tree *object, enum cr_wire_language language,
                                 int64_t wall_ms, struct cr_arena *arena,
                                 struct cr_wire_instance *out_instance, struct cr_err *err)
{
    int rc = cr_wire_instance_from_tree(object, language, wall_ms, arena, out_instance, err);
    return rc ? rc : name_amazon(out_instance, arena, err);
}

int cr_wire_instance_read(struct cr_slice json, int64_t wall_ms, struct cr_arena *arena,
                          struct cr_wire_instance *out_instance, struct cr_err *err)
{
    const struct cr_tree *tree = NULL;
    int rc = cr_json_parse(json, arena, &tree, err);
    if (rc)
        return rc;
    const struct cr_tree *wrapped = cr_tree_get(tree, "instance");
    return cr_wire_instance_to_register(wrapped ? wrapped : tree, CR_WIRE_FROM_JSON, wall_ms, arena,
                                        out_instance, err);
}

int cr_wire_instance_read_xml(struct cr_slice xml, int64_t wall_ms, struct cr_arena *arena,
                              struct cr_wire_instance *out_instance, struct cr_err *err)
{
    const struct cr_tree *tree = NULL;
    int rc = cr_xml_parse(xml, arena, &tree, err);
    if (rc)
        return rc;
    const struct cr_tree *root = cr_tree_first(tree);
    struct cr_slice name = cr_tree_key(root);
    if (!cr_slice_is(name, "instance") && !cr_slice_is(name, "com.netflix.appinfo.InstanceInfo"))
        return cr_err_set(err, CR_EPARSE, "instance: expected the element <instance>, not <%.*s>",
                          CR_SLICE_ARG(cr_slice_sub(name, 0, 64)));
    return cr_wire_instance_to_register(root, CR_WIRE_FROM_XML, wall_ms, arena, out_instance, err);
}
