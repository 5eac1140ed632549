/* Batches between registries. */
#include "cr_wire_replication.h"

#include "cr_json.h"
#include "cr_json_writer.h"
#include "cr_wire_instance_private.h"

static const char *const action_names[CR_WIRE_REPLICATION_ACTIONS] = {
    [CR_WIRE_HEARTBEAT] = "Heartbeat",
    [CR_WIRE_REGISTER] = "Register",
    [CR_WIRE_CANCEL] = "Cancel",
    [CR_WIRE_STATUS_UPDATE] = "StatusUpdate",
    [CR_WIRE_DELETE_STATUS_OVERRIDE] = "DeleteStatusOverride",
};

/* What the readers of one batch share. */
struct reader {
    struct cr_arena *arena;
    struct cr_err *err;
    int64_t wall_ms;
    size_t index; /* of the item that is being read */
};

static int no_memory(const struct reader *reader)
{
    return cr_err_set(reader->err, CR_ENOMEM, "batch: no memory");
}

static int read_action(const struct reader *reader, const struct cr_tree *object,
                       enum cr_wire_replication_action *out_action)
{
    struct cr_slice name = cr_tree_slice(cr_tree_get(object, "action"));
    for (int i = 0; i < CR_WIRE_REPLICATION_ACTIONS; i++) {
        if (cr_slice_is(name, action_names[i])) {
            *out_action = (enum cr_wire_replication_action)i;
            return 0;
        }
    }
    return cr_err_set(reader->err, CR_EPARSE,
                      "batch: item %zu: action '%.*s' is none of Heartbeat, Register, Cancel, "
                      "StatusUpdate and DeleteStatusOverride",
                      reader->index, CR_SLICE_ARG(cr_slice_sub(name, 0, 64)));
}

static int read_text(const struct reader *reader, const struct cr_tree *object, const char *key,
                     struct cr_slice *out_text)
{
    const struct cr_tree *value = cr_tree_get(object, key);
    if (cr_tree_kind(value) == CR_TREE_OBJECT || cr_tree_kind(value) == CR_TREE_ARRAY)
        return cr_err_set(reader->err, CR_EPARSE, "batch: item %zu: '%s' may not be %s",
                          reader->index, key, cr_tree_kind_name(cr_tree_kind(value)));
    *out_text = cr_tree_slice(value);
    if (out_text->len > CR_WIRE_NAME_MAX)
        return cr_err_set(reader->err, CR_ELIMIT, "batch: item %zu: '%s' has %zu bytes, at most %d",
                          reader->index, key, out_text->len, CR_WIRE_NAME_MAX);
    return 0;
}

static int read_dirty(const struct reader *reader, const struct cr_tree *object,
                      struct cr_wire_replication *item)
{
    const struct cr_tree *value = cr_tree_get(object, "lastDirtyTimestamp");
    int rc = cr_tree_int(value, INT64_MIN, INT64_MAX, &item->last_dirty_ms);
    if (rc && rc != CR_ENOTFOUND)
        return cr_err_set(reader->err, CR_EPARSE,
                          "batch: item %zu: 'lastDirtyTimestamp' is not a whole number",
                          reader->index);
    item->has_last_dirty = rc == 0;
    return 0;
}

/* A record that cannot be read spoils its item, not the batch. */
static int read_instance(const struct reader *reader, const struct cr_tree *object,
                         struct cr_wire_replication *item)
{
    const struct cr_tree *value = cr_tree_get(object, "instanceInfo");
    struct cr_err err = {0};
    if (cr_tree_kind(value) == CR_TREE_NULL) {
        item->fault = "a Register without 'instanceInfo'";
        return 0;
    }
    struct cr_wire_instance *instance = cr_arena_alloc(reader->arena, sizeof *instance);
    if (!instance)
        return no_memory(reader);
    int rc = cr_wire_instance_to_register(value, CR_WIRE_FROM_JSON, reader->wall_ms, reader->arena,
                                          instance, &err);
    if (rc == 0)
        item->instance = instance;
    else if (rc == CR_ENOMEM || !(item->fault = cr_arena_text(reader->arena, err.text)))
        return no_memory(reader);
    return 0;
}

static int read_item(const struct reader *reader, const struct cr_tree *object,
                     struct cr_wire_replication *item)
{
    if (cr_tree_kind(object) != CR_TREE_OBJECT)
        return cr_err_set(reader->err, CR_EPARSE, "batch: item %zu: expected an object, not %s",
                          reader->index, cr_tree_kind_name(cr_tree_kind(object)));
    int rc = read_action(reader, object, &item->action);
    rc = rc ? rc : read_text(reader, object, "appName", &item->app);
    rc = rc ? rc : read_text(reader, object, "id", &item->id);
    rc = rc ? rc : read_text(reader, object, "status", &item->status);
    rc = rc ? rc : read_text(reader, object, "overriddenStatus", &item->overridden_status);
    rc = rc ? rc : read_dirty(reader, object, item);
    if (rc)
        return rc;
    if (item->app.ptr && !(item->app = cr_wire_upper_case(reader->arena, item->app)).ptr)
        return no_memory(reader);
    if (item->app.len == 0)
        item->fault = "an item without 'appName'";
    else if (item->id.len == 0)
        item->fault = "an item without 'id'";
    else if (item->action == CR_WIRE_DELETE_STATUS_OVERRIDE && !item->has_last_dirty)
        item->fault = "a DeleteStatusOverride without 'lastDirtyTimestamp'";
    else if (item->action == CR_WIRE_REGISTER)
        return read_instance(reader, object, item);
    return 0;
}

int cr_wire_replications_read(struct cr_slice json, int64_t wall_ms, struct cr_arena *arena,
                              struct cr_wire_replications *out_list, struct cr_err *err)
{
    const struct cr_tree *tree = NULL;
    int rc = cr_json_parse(json, arena, &tree, err);
    if (rc)
        return rc;
    const struct cr_tree *list = cr_tree_get(tree, "replicationList");
    if (cr_tree_kind(list) != CR_TREE_ARRAY)
        return cr_err_set(err, CR_EPARSE, "batch: 'replicationList' must be an array, not %s",
                          cr_tree_kind_name(cr_tree_kind(list)));
    size_t room = cr_tree_count(list);
    if (room > CR_WIRE_REPLICATIONS_MAX)
        return cr_err_set(err, CR_ELIMIT, "batch: %zu items, at most %d", room,
                          CR_WIRE_REPLICATIONS_MAX);
    struct reader reader = {arena, err, wall_ms, 0};
    struct cr_wire_replication *items = cr_arena_array(arena, room + 1, sizeof *items);
    if (!items)
        return no_memory(&reader);
    for (const struct cr_tree *at = cr_tree_first(list); at; at = cr_tree_next(at)) {
        rc = read_item(&reader, at, &items[reader.index]);
        if (rc)
            return rc;
        reader.index++;
    }
    *out_list = (struct cr_wire_replications){items, room};
    return 0;
}

void cr_wire_replication_results_write(const struct cr_wire_replication_result *results,
                                       size_t count, struct cr_buf *out)
{
    struct cr_json_writer w;
    cr_json_init(&w, out);
    cr_json_begin_object(&w);
    cr_json_pair_array(&w, "responseList");
    for (size_t i = 0; i < count; i++) {
        cr_json_begin_object(&w);
        cr_json_pair_int(&w, "statusCode", results[i].status);
        if (results[i].entity.len > 0)
            cr_json_pair_raw(&w, "responseEntity", results[i].entity);
        cr_json_end_object(&w);
    }
    cr_json_end_array(&w);
    cr_json_end_object(&w);
}
