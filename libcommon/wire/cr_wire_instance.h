/* cr_wire_instance: one instance of a service as Eureka's registry knows it, read from JSON and
 * XML.
 *
 * Ownership: the record borrows its texts and pairs. What a reader fills belongs to the caller's
 *            arena; cr_wire_instance_copy makes a block of its own, freed with
 *            cr_wire_instance_free.
 * Units:     leases in seconds, timestamps in milliseconds since 1970 (the wall clock).
 * Errors:    readers return CR_EPARSE with the field that is wrong, CR_ELIMIT beyond a bound,
 *            CR_ENOMEM. They are tolerant as far as real clients need it: bare or wrapped in
 *            {"instance":...}, numbers and booleans as strings, nulls as absent, unknown members
 *            skipped; of equal names the last counts, as with Jackson. Numbers that Java keeps in
 *            an int must fit one, or no Java client could read the registry any more. Writers fail
 *            through their buffer (cr_buf_status).
 * Threads:   value type.
 * Source:    Netflix/eureka 1.x: InstanceInfo, EurekaJacksonCodec (LegacyJacksonJson), Converters
 *            (XStreamXml): the order of fields, and which numbers are strings. Nothing may be added
 *            to these objects: Spring's clients refuse unknown members.
 */
#ifndef CR_WIRE_INSTANCE_H
#define CR_WIRE_INSTANCE_H

#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_slice.h"

enum {
    CR_WIRE_METADATA_MAX = 1024,     /* pairs of one instance */
    CR_WIRE_NAME_MAX = 1024,         /* bytes of an id, a host, an application, a metadata key */
    CR_WIRE_TEXT_MAX = 8 * 1024,     /* bytes of a URL or a list of vips */
    CR_WIRE_VALUE_MAX = 32 * 1024,   /* bytes of a metadata value */
    CR_WIRE_LEASE_RENEWAL_S = 30,    /* where a client names none, or one <= 0 */
    CR_WIRE_LEASE_DURATION_S = 90,   /* likewise */
    CR_WIRE_PORT = 7001,             /* where a client names none: enabled */
    CR_WIRE_SECURE_PORT = 7002,      /* likewise: disabled */
    CR_WIRE_INSTANCES_MAX = 1000000, /* in one document */
};

/* In the order of their names: the hash code of a registry lists them so. */
enum cr_wire_status {
    CR_WIRE_DOWN,
    CR_WIRE_OUT_OF_SERVICE,
    CR_WIRE_STARTING,
    CR_WIRE_UNKNOWN,
    CR_WIRE_UP,
    CR_WIRE_STATUS_COUNT,
};

enum cr_wire_action {
    CR_WIRE_NO_ACTION, /* not written */
    CR_WIRE_ADDED,
    CR_WIRE_MODIFIED,
    CR_WIRE_DELETED,
};

enum cr_wire_data_center {
    CR_WIRE_NO_DATA_CENTER,       /* absent or null: a registry refuses it */
    CR_WIRE_DATA_CENTER_NAMELESS, /* there, but without a name: likewise */
    CR_WIRE_MY_OWN,
    CR_WIRE_NETFLIX,
    CR_WIRE_AMAZON,
};

struct cr_wire_pair {
    struct cr_slice key;
    struct cr_slice value;
};

struct cr_wire_port {
    int64_t number;
    bool enabled;
};

struct cr_wire_lease {
    int64_t renewal_s;
    int64_t duration_s;
    int64_t registration_ms;
    int64_t last_renewal_ms; /* the server says now + duration at each renewal */
    int64_t eviction_ms;
    int64_t service_up_ms;
};

/* A text with a NULL ptr is absent and is not written; an empty one is written. */
struct cr_wire_instance {
    struct cr_slice instance_id; /* may be absent: see cr_wire_instance_id */
    struct cr_slice host_name;
    struct cr_slice app; /* as the client spells it; written in upper case by the registry */
    struct cr_slice ip_addr;
    struct cr_slice sid; /* absent where it is "na" or "unknown" */
    struct cr_slice app_group_name;
    struct cr_slice home_page_url;
    struct cr_slice status_page_url;
    struct cr_slice health_check_url;
    struct cr_slice secure_health_check_url;
    struct cr_slice vip_address;
    struct cr_slice secure_vip_address;
    struct cr_slice asg_name;
    enum cr_wire_status status;
    enum cr_wire_status overridden_status; /* CR_WIRE_UNKNOWN: no override */
    struct cr_wire_port port;
    struct cr_wire_port secure_port;
    int64_t country_id;
    enum cr_wire_data_center data_center;
    const struct cr_wire_pair *data_center_metadata; /* of CR_WIRE_AMAZON only */
    size_t data_center_metadata_count;
    struct cr_wire_lease lease;
    const struct cr_wire_pair *metadata;
    size_t metadata_count;
    bool coordinating_discovery_server;
    int64_t last_updated_ms;
    int64_t last_dirty_ms;
    enum cr_wire_action action;
};

/* An empty record with the defaults above, status UP, both timestamps now. */
struct cr_wire_instance cr_wire_instance_default(int64_t wall_ms);

/* "UP"; never NULL. */
const char *cr_wire_status_name(enum cr_wire_status status);
/* Exact spelling; anything else is false and leaves out_status alone. */
bool cr_wire_status_parse(struct cr_slice text, enum cr_wire_status *out_status);

/* What identifies the instance: instanceId, else Amazon's instance-id, else the host name. */
struct cr_slice cr_wire_instance_id(const struct cr_wire_instance *instance);
/* The value of a metadata key; NULL ptr where there is none. */
struct cr_slice cr_wire_instance_metadata(const struct cr_wire_instance *instance,
                                          struct cr_slice key);

/* One heap block that holds the record and all its texts. NULL: no memory. */
struct cr_wire_instance *cr_wire_instance_copy(const struct cr_wire_instance *instance);
void cr_wire_instance_free(struct cr_wire_instance *instance); /* NULL is fine */
void cr_wire_instance_freep(struct cr_wire_instance **instance);

/* Appends {"instanceId":...}, full JSON, without the wrapper. Other forms: cr_wire_applications. */
void cr_wire_instance_write(const struct cr_wire_instance *instance, struct cr_buf *out);

/* A register request's body. Timestamps that it lacks become wall_ms, and an Amazon record without
 * an instance-id gets the instance's id; else the texts are taken as they are, so what a registry
 * requires is for the registry to check. */
CR_MUST_CHECK int cr_wire_instance_read(struct cr_slice json, int64_t wall_ms,
                                        struct cr_arena *arena,
                                        struct cr_wire_instance *out_instance, struct cr_err *err);

/* The same from <instance>...</instance>: metadata keys are unescaped (cr_xml_name), a status may
 * be in any case, and the data centre's class attribute does not count. */
CR_MUST_CHECK int cr_wire_instance_read_xml(struct cr_slice xml, int64_t wall_ms,
                                            struct cr_arena *arena,
                                            struct cr_wire_instance *out_instance,
                                            struct cr_err *err);

/* A list of instances, whatever applications they belong to. */
struct cr_wire_instances {
    const struct cr_wire_instance *items;
    size_t count;
};

/* The answer to GET apps or GET apps/{app}: {"applications":...} or {"application":...}. An
 * instance that cannot be read is left out, and counted in out_skipped (which may be NULL). */
CR_MUST_CHECK int cr_wire_instances_read(struct cr_slice json, struct cr_arena *arena,
                                         struct cr_wire_instances *out_instances,
                                         size_t *out_skipped, struct cr_err *err);

/* The same with what the document says about itself. */
struct cr_wire_document {
    struct cr_wire_instances instances;
    size_t skipped;            /* instances that cannot be read */
    int64_t version;           /* versions__delta; -1 where it is none */
    struct cr_slice hash_code; /* apps__hashcode; NULL ptr where there is none */
};
CR_MUST_CHECK int cr_wire_document_read(struct cr_slice json, struct cr_arena *arena,
                                        struct cr_wire_document *out_document, struct cr_err *err);

#endif
