/* The registry's record in Netflix' JSON, full and compact. */
#include <inttypes.h>
#include <stdio.h>

#include "cr_json_writer.h"
#include "cr_wire_instance.h"
#include "cr_wire_instance_private.h"

static void write_port(struct cr_json_writer *w, const char *key, struct cr_wire_port port)
{
    cr_json_pair_object(w, key);
    cr_json_pair_int(w, "$", port.number);
    cr_json_pair_text(w, "@enabled", port.enabled ? "true" : "false");
    cr_json_end_object(w);
}

/* An empty map says so by its Java class: Netflix' clients expect it. */
static void write_metadata(struct cr_json_writer *w, const struct cr_wire_instance *instance)
{
    cr_json_pair_object(w, "metadata");
    if (instance->metadata_count == 0)
        cr_json_pair_text(w, "@class", CR_WIRE_CLASS_EMPTY);
    for (size_t i = 0; i < instance->metadata_count; i++) {
        cr_json_key_slice(w, instance->metadata[i].key);
        cr_json_string(w, instance->metadata[i].value);
    }
    cr_json_end_object(w);
}

static void write_amazon(struct cr_json_writer *w, const struct cr_wire_instance *instance,
                         bool compact)
{
    cr_json_pair_object(w, "metadata");
    for (size_t i = 0; i < instance->data_center_metadata_count; i++) {
        const struct cr_wire_pair *pair = &instance->data_center_metadata[i];
        if (compact && !cr_wire_is_compact_key(pair->key))
            continue;
        cr_json_key_slice(w, pair->key);
        cr_json_string(w, pair->value);
    }
    cr_json_end_object(w);
}

static void write_center(struct cr_json_writer *w, const struct cr_wire_instance *instance,
                         bool compact)
{
    enum cr_wire_data_center center = instance->data_center;
    bool amazon = center == CR_WIRE_AMAZON;
    if (center == CR_WIRE_NO_DATA_CENTER)
        return;
    cr_json_pair_object(w, "dataCenterInfo");
    cr_json_pair_text(w, "@class", amazon ? CR_WIRE_CLASS_AMAZON : CR_WIRE_CLASS_OTHER);
    if (center != CR_WIRE_DATA_CENTER_NAMELESS)
        cr_json_pair_text(w, "name", cr_wire_center_names[center]);
    if (amazon)
        write_amazon(w, instance, compact);
    cr_json_end_object(w);
}

static void write_lease(struct cr_json_writer *w, const struct cr_wire_lease *lease)
{
    cr_json_pair_object(w, "leaseInfo");
    cr_json_pair_int(w, "renewalIntervalInSecs", cr_wire_lease_renewal(lease));
    cr_json_pair_int(w, "durationInSecs", cr_wire_lease_duration(lease));
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

static void write_action(struct cr_json_writer *w, const struct cr_wire_instance *instance)
{
    if (instance->action != CR_WIRE_NO_ACTION)
        cr_json_pair_text(w, "actionType", cr_wire_action_names[instance->action]);
}

void cr_wire_instance_write_json(const struct cr_wire_instance *instance, struct cr_buf *out)
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
    write_center(w, instance, false);
    write_lease(w, &instance->lease);
    write_metadata(w, instance);
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
    write_action(w, instance);
    write_text(w, "asgName", instance->asg_name);
    cr_json_end_object(w);
}

void cr_wire_instance_write_json_compact(const struct cr_wire_instance *instance,
                                         struct cr_buf *out)
{
    struct cr_json_writer writer;
    struct cr_json_writer *w = &writer;
    cr_json_init(w, out);
    cr_json_begin_object(w);
    write_text(w, "instanceId", instance->instance_id);
    write_text(w, "app", instance->app);
    write_text(w, "ipAddr", instance->ip_addr);
    write_text(w, "vipAddress", instance->vip_address);
    write_text(w, "secureVipAddress", instance->secure_vip_address);
    write_center(w, instance, true);
    write_text(w, "hostName", instance->host_name);
    cr_json_pair_text(w, "status", cr_wire_status_name(instance->status));
    cr_json_pair_int(w, "lastUpdatedTimestamp", instance->last_updated_ms);
    write_action(w, instance);
    write_text(w, "asgName", instance->asg_name);
    write_port(w, "port", instance->port);
    write_port(w, "securePort", instance->secure_port);
    cr_json_end_object(w);
}

void cr_wire_instance_write(const struct cr_wire_instance *instance, struct cr_buf *out)
{
    cr_wire_instance_write_json(instance, out);
}
