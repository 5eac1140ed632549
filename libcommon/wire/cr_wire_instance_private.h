/* cr_wire_instance_private: what the files of cr_wire_instance share: the tables of a record's
 * fields, and the reader of one that stands in a larger document. */
#ifndef CR_WIRE_INSTANCE_PRIVATE_H
#define CR_WIRE_INSTANCE_PRIVATE_H

#include "cr_tree.h"
#include "cr_wire_applications.h"

#define CR_WIRE_CLASS_AMAZON "com.netflix.appinfo.AmazonInfo"
#define CR_WIRE_CLASS_OTHER  "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo"
#define CR_WIRE_CLASS_EMPTY  "java.util.Collections$EmptyMap"

struct cr_wire_text {
    const char *key; /* in both languages */
    size_t offset;   /* of the slice in struct cr_wire_instance */
    size_t max;      /* bytes */
    bool upper;      /* the registry knows it in upper case only */
    bool upper_in_xml;
};

enum { CR_WIRE_TEXT_COUNT = 13 };
extern const struct cr_wire_text cr_wire_texts[CR_WIRE_TEXT_COUNT];

static inline struct cr_slice cr_wire_text_get(const struct cr_wire_instance *instance,
                                               const struct cr_wire_text *text)
{
    return *(const struct cr_slice *)(const void *)((const char *)instance + text->offset);
}

static inline void cr_wire_text_set(struct cr_wire_instance *instance,
                                    const struct cr_wire_text *text, struct cr_slice value)
{
    *(struct cr_slice *)(void *)((char *)instance + text->offset) = value;
}

/* The names of the enums; NULL where a value has none. */
extern const char *const cr_wire_center_names[CR_WIRE_AMAZON + 1];
extern const char *const cr_wire_action_names[CR_WIRE_DELETED + 1];

/* What a lease says of its terms: the client's, or the defaults. */
int64_t cr_wire_lease_renewal(const struct cr_wire_lease *lease);
int64_t cr_wire_lease_duration(const struct cr_wire_lease *lease);

/* Whether an Amazon record's metadata key is one that the compact forms keep. */
bool cr_wire_is_compact_key(struct cr_slice key);

/* Languages differ in small things: see cr_wire_instance_read_xml. */
enum cr_wire_language { CR_WIRE_FROM_JSON, CR_WIRE_FROM_XML };

/* One record from its object in a document. */
CR_MUST_CHECK int cr_wire_instance_from_tree(const struct cr_tree *object,
                                             enum cr_wire_language language, int64_t wall_ms,
                                             struct cr_arena *arena,
                                             struct cr_wire_instance *out_instance,
                                             struct cr_err *err);

/* The same for one that is to be registered: Amazon's gets what it lacks. */
CR_MUST_CHECK int cr_wire_instance_to_register(const struct cr_tree *object,
                                               enum cr_wire_language language, int64_t wall_ms,
                                               struct cr_arena *arena,
                                               struct cr_wire_instance *out_instance,
                                               struct cr_err *err);

/* A copy in upper case (ASCII). NULL ptr: no memory. */
struct cr_slice cr_wire_upper_case(struct cr_arena *arena, struct cr_slice text);

void cr_wire_instance_write_json(const struct cr_wire_instance *instance, struct cr_buf *out);
void cr_wire_instance_write_json_compact(const struct cr_wire_instance *instance,
                                         struct cr_buf *out);
/* margin: the levels around it. */
void cr_wire_instance_write_xml(const struct cr_wire_instance *instance, unsigned margin,
                                struct cr_buf *out);
void cr_wire_instance_write_xml_compact(const struct cr_wire_instance *instance,
                                        struct cr_buf *out);

#endif
