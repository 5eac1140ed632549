/* The registry's record as a value: defaults, identity, and a copy in one block. */
#include "cr_wire_instance.h"

#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_int.h"
#include "cr_wire_instance_private.h"

#define TEXT(key, member, max, ...)                                                                \
    {                                                                                              \
        key, offsetof(struct cr_wire_instance, member), max, __VA_ARGS__                           \
    }

/* Java raises a group's name in JSON only. */
const struct cr_wire_text cr_wire_texts[CR_WIRE_TEXT_COUNT] = {
    TEXT("instanceId", instance_id, CR_WIRE_NAME_MAX, false, false),
    TEXT("hostName", host_name, CR_WIRE_NAME_MAX, false, false),
    TEXT("app", app, CR_WIRE_NAME_MAX, true, true),
    TEXT("ipAddr", ip_addr, CR_WIRE_NAME_MAX, false, false),
    TEXT("sid", sid, CR_WIRE_NAME_MAX, false, false),
    TEXT("appGroupName", app_group_name, CR_WIRE_NAME_MAX, true, false),
    TEXT("homePageUrl", home_page_url, CR_WIRE_TEXT_MAX, false, false),
    TEXT("statusPageUrl", status_page_url, CR_WIRE_TEXT_MAX, false, false),
    TEXT("healthCheckUrl", health_check_url, CR_WIRE_TEXT_MAX, false, false),
    TEXT("secureHealthCheckUrl", secure_health_check_url, CR_WIRE_TEXT_MAX, false, false),
    TEXT("vipAddress", vip_address, CR_WIRE_TEXT_MAX, false, false),
    TEXT("secureVipAddress", secure_vip_address, CR_WIRE_TEXT_MAX, false, false),
    TEXT("asgName", asg_name, CR_WIRE_NAME_MAX, false, false),
};

const char *const cr_wire_center_names[CR_WIRE_AMAZON + 1] = {
    [CR_WIRE_MY_OWN] = "MyOwn",
    [CR_WIRE_NETFLIX] = "Netflix",
    [CR_WIRE_AMAZON] = "Amazon",
};

const char *const cr_wire_action_names[CR_WIRE_DELETED + 1] = {
    [CR_WIRE_ADDED] = "ADDED",
    [CR_WIRE_MODIFIED] = "MODIFIED",
    [CR_WIRE_DELETED] = "DELETED",
};

static const char *const status_names[CR_WIRE_STATUS_COUNT] = {
    [CR_WIRE_DOWN] = "DOWN",
    [CR_WIRE_OUT_OF_SERVICE] = "OUT_OF_SERVICE",
    [CR_WIRE_STARTING] = "STARTING",
    [CR_WIRE_UNKNOWN] = "UNKNOWN",
    [CR_WIRE_UP] = "UP",
};

struct cr_wire_instance cr_wire_instance_default(int64_t wall_ms)
{
    return (struct cr_wire_instance){
        .status = CR_WIRE_UP,
        .overridden_status = CR_WIRE_UNKNOWN,
        .port = {CR_WIRE_PORT, true},
        .secure_port = {CR_WIRE_SECURE_PORT, false},
        .country_id = 1,
        .last_updated_ms = wall_ms,
        .last_dirty_ms = wall_ms,
    };
}

const char *cr_wire_status_name(enum cr_wire_status status)
{
    CR_ASSERT(status < CR_WIRE_STATUS_COUNT);
    return status_names[status];
}

bool cr_wire_status_parse(struct cr_slice text, enum cr_wire_status *out_status)
{
    for (size_t i = 0; i < CR_WIRE_STATUS_COUNT; i++) {
        if (cr_slice_is(text, status_names[i])) {
            *out_status = (enum cr_wire_status)i;
            return true;
        }
    }
    return false;
}

static struct cr_slice pair_value(const struct cr_wire_pair *pairs, size_t count,
                                  struct cr_slice key)
{
    for (size_t i = 0; i < count; i++)
        if (cr_slice_equal(pairs[i].key, key))
            return pairs[i].value;
    return (struct cr_slice){0};
}

struct cr_slice cr_wire_instance_id(const struct cr_wire_instance *instance)
{
    if (instance->instance_id.len > 0)
        return instance->instance_id;
    struct cr_slice amazon =
        pair_value(instance->data_center_metadata, instance->data_center_metadata_count,
                   CR_SLICE("instance-id"));
    return amazon.len > 0 ? amazon : instance->host_name;
}

struct cr_slice cr_wire_instance_metadata(const struct cr_wire_instance *instance,
                                          struct cr_slice key)
{
    return pair_value(instance->metadata, instance->metadata_count, key);
}

int64_t cr_wire_lease_renewal(const struct cr_wire_lease *lease)
{
    return lease->renewal_s > 0 ? lease->renewal_s : CR_WIRE_LEASE_RENEWAL_S;
}

int64_t cr_wire_lease_duration(const struct cr_wire_lease *lease)
{
    return lease->duration_s > 0 ? lease->duration_s : CR_WIRE_LEASE_DURATION_S;
}

bool cr_wire_is_compact_key(struct cr_slice key)
{
    static const char *const kept[] = {"instance-id", "public-ipv4", "public-hostname",
                                       "local-ipv4", "availability-zone"};
    for (size_t i = 0; i < CR_COUNT(kept); i++)
        if (cr_slice_is(key, kept[i]))
            return true;
    return false;
}

/* The block: the record, the pairs of both lists, then the texts, each with a NUL behind it. */
struct block {
    struct cr_wire_instance record;
    struct cr_wire_pair pairs[];
};

static size_t pairs_bytes(const struct cr_wire_pair *pairs, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += pairs[i].key.len + pairs[i].value.len + 2;
    return bytes;
}

static size_t texts_bytes(const struct cr_wire_instance *instance)
{
    size_t bytes =
        pairs_bytes(instance->metadata, instance->metadata_count) +
        pairs_bytes(instance->data_center_metadata, instance->data_center_metadata_count);
    for (size_t i = 0; i < CR_WIRE_TEXT_COUNT; i++)
        bytes += cr_wire_text_get(instance, &cr_wire_texts[i]).len + 1;
    return bytes;
}

/* Absent stays absent. */
static struct cr_slice put_text(char **at, struct cr_slice text)
{
    if (!text.ptr)
        return text;
    char *to = *at;
    memcpy(to, text.ptr, text.len);
    to[text.len] = '\0';
    *at += text.len + 1;
    return (struct cr_slice){to, text.len};
}

static void put_pairs(char **at, struct cr_wire_pair *to, const struct cr_wire_pair *from,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        to[i].key = put_text(at, from[i].key);
        to[i].value = put_text(at, from[i].value);
    }
}

struct cr_wire_instance *cr_wire_instance_copy(const struct cr_wire_instance *instance)
{
    size_t pair_count = instance->metadata_count + instance->data_center_metadata_count;
    size_t pairs_size;
    size_t size;
    if (cr_mul_overflows(pair_count, sizeof(struct cr_wire_pair), &pairs_size) ||
        cr_add_overflows(sizeof(struct block) + texts_bytes(instance), pairs_size, &size))
        return NULL;
    struct block *block = malloc(size);
    if (!block)
        return NULL;
    block->record = *instance;
    char *at = (char *)(block->pairs + pair_count);
    for (size_t i = 0; i < CR_WIRE_TEXT_COUNT; i++)
        cr_wire_text_set(&block->record, &cr_wire_texts[i],
                         put_text(&at, cr_wire_text_get(instance, &cr_wire_texts[i])));
    struct cr_wire_pair *amazon = block->pairs + instance->metadata_count;
    put_pairs(&at, block->pairs, instance->metadata, instance->metadata_count);
    put_pairs(&at, amazon, instance->data_center_metadata, instance->data_center_metadata_count);
    block->record.metadata = block->pairs;
    block->record.data_center_metadata = amazon;
    return &block->record;
}

void cr_wire_instance_free(struct cr_wire_instance *instance)
{
    free(instance); /* the first member of its block */
}

void cr_wire_instance_freep(struct cr_wire_instance **instance)
{
    cr_wire_instance_free(*instance);
    *instance = NULL;
}
