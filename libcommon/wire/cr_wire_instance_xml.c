/* The registry's record in Netflix' XML, full and compact. */
#include "cr_wire_instance_private.h"
#include "cr_xml_writer.h"

static void write_text(struct cr_xml_writer *w, const char *name, struct cr_slice text)
{
    if (text.ptr)
        cr_xml_pair(w, name, text);
}

static void write_port(struct cr_xml_writer *w, const char *name, struct cr_wire_port port)
{
    cr_xml_begin(w, name);
    cr_xml_attribute(w, "enabled", port.enabled ? CR_SLICE("true") : CR_SLICE("false"));
    cr_xml_int(w, port.number);
    cr_xml_end(w);
}

/* An element has a name, so the empty key cannot be shown. */
static void write_pair(struct cr_xml_writer *w, const struct cr_wire_pair *pair)
{
    if (pair->key.len == 0)
        return;
    cr_xml_begin_escaped(w, pair->key);
    cr_xml_text(w, pair->value);
    cr_xml_end(w);
}

/* An empty map says so by its Java class: Netflix' clients expect it. */
static void write_metadata(struct cr_xml_writer *w, const struct cr_wire_pair *pairs, size_t count)
{
    cr_xml_begin(w, "metadata");
    if (count == 0)
        cr_xml_attribute(w, "class", CR_SLICE(CR_WIRE_CLASS_EMPTY));
    for (size_t i = 0; i < count; i++)
        write_pair(w, &pairs[i]);
    cr_xml_end(w);
}

static void write_compact_metadata(struct cr_xml_writer *w, const struct cr_wire_pair *pairs,
                                   size_t count)
{
    cr_xml_begin(w, "metadata");
    for (size_t i = 0; i < count; i++)
        if (cr_wire_is_compact_key(pairs[i].key))
            write_pair(w, &pairs[i]);
    cr_xml_end(w);
}

static void write_center(struct cr_xml_writer *w, const struct cr_wire_instance *instance,
                         bool compact)
{
    enum cr_wire_data_center center = instance->data_center;
    bool amazon = center == CR_WIRE_AMAZON;
    if (center == CR_WIRE_NO_DATA_CENTER)
        return;
    cr_xml_begin(w, "dataCenterInfo");
    cr_xml_attribute(w, "class",
                     amazon ? CR_SLICE(CR_WIRE_CLASS_AMAZON) : CR_SLICE(CR_WIRE_CLASS_OTHER));
    if (center != CR_WIRE_DATA_CENTER_NAMELESS)
        cr_xml_pair_text(w, "name", cr_wire_center_names[center]);
    if (amazon)
        (compact ? write_compact_metadata : write_metadata)(w, instance->data_center_metadata,
                                                            instance->data_center_metadata_count);
    cr_xml_end(w);
}

static void write_lease(struct cr_xml_writer *w, const struct cr_wire_lease *lease)
{
    cr_xml_begin(w, "leaseInfo");
    cr_xml_pair_int(w, "renewalIntervalInSecs", cr_wire_lease_renewal(lease));
    cr_xml_pair_int(w, "durationInSecs", cr_wire_lease_duration(lease));
    cr_xml_pair_int(w, "registrationTimestamp", lease->registration_ms);
    cr_xml_pair_int(w, "lastRenewalTimestamp", lease->last_renewal_ms);
    cr_xml_pair_int(w, "evictionTimestamp", lease->eviction_ms);
    cr_xml_pair_int(w, "serviceUpTimestamp", lease->service_up_ms);
    cr_xml_end(w);
}

static void write_action(struct cr_xml_writer *w, const struct cr_wire_instance *instance)
{
    if (instance->action != CR_WIRE_NO_ACTION)
        cr_xml_pair_text(w, "actionType", cr_wire_action_names[instance->action]);
}

void cr_wire_instance_write_xml(const struct cr_wire_instance *instance, unsigned margin,
                                struct cr_buf *out)
{
    struct cr_xml_writer writer;
    struct cr_xml_writer *w = &writer;
    cr_xml_init(w, out, CR_XML_PRETTY, margin);
    cr_xml_begin(w, "instance");
    write_text(w, "instanceId", instance->instance_id);
    write_text(w, "hostName", instance->host_name);
    write_text(w, "app", instance->app);
    write_text(w, "ipAddr", instance->ip_addr);
    write_text(w, "sid", instance->sid);
    cr_xml_pair_text(w, "status", cr_wire_status_name(instance->status));
    cr_xml_pair_text(w, "overriddenstatus", cr_wire_status_name(instance->overridden_status));
    write_port(w, "port", instance->port);
    write_port(w, "securePort", instance->secure_port);
    cr_xml_pair_int(w, "countryId", instance->country_id);
    write_center(w, instance, false);
    write_lease(w, &instance->lease);
    write_metadata(w, instance->metadata, instance->metadata_count);
    write_text(w, "appGroupName", instance->app_group_name);
    write_text(w, "homePageUrl", instance->home_page_url);
    write_text(w, "statusPageUrl", instance->status_page_url);
    write_text(w, "healthCheckUrl", instance->health_check_url);
    write_text(w, "secureHealthCheckUrl", instance->secure_health_check_url);
    write_text(w, "vipAddress", instance->vip_address);
    write_text(w, "secureVipAddress", instance->secure_vip_address);
    cr_xml_pair_text(w, "isCoordinatingDiscoveryServer",
                     instance->coordinating_discovery_server ? "true" : "false");
    cr_xml_pair_int(w, "lastUpdatedTimestamp", instance->last_updated_ms);
    cr_xml_pair_int(w, "lastDirtyTimestamp", instance->last_dirty_ms);
    write_action(w, instance);
    write_text(w, "asgName", instance->asg_name);
    cr_xml_end(w);
}

void cr_wire_instance_write_xml_compact(const struct cr_wire_instance *instance, struct cr_buf *out)
{
    struct cr_xml_writer writer;
    struct cr_xml_writer *w = &writer;
    cr_xml_init(w, out, CR_XML_DENSE, 0);
    cr_xml_begin(w, "instance");
    write_text(w, "instanceId", instance->instance_id);
    write_text(w, "app", instance->app);
    write_text(w, "ipAddr", instance->ip_addr);
    write_text(w, "vipAddress", instance->vip_address);
    write_text(w, "secureVipAddress", instance->secure_vip_address);
    write_center(w, instance, true);
    write_text(w, "hostName", instance->host_name);
    cr_xml_pair_text(w, "status", cr_wire_status_name(instance->status));
    cr_xml_pair_int(w, "lastUpdatedTimestamp", instance->last_updated_ms);
    write_action(w, instance);
    write_text(w, "asgName", instance->asg_name);
    write_port(w, "port", instance->port);
    write_port(w, "securePort", instance->secure_port);
    cr_xml_end(w);
}
