/* cr_wire_instance_private: the table of a record's texts, for the files of cr_wire_instance. */
#ifndef CR_WIRE_INSTANCE_PRIVATE_H
#define CR_WIRE_INSTANCE_PRIVATE_H

#include "cr_wire_instance.h"

struct cr_wire_text {
    const char *key; /* in JSON */
    size_t offset;   /* of the slice in struct cr_wire_instance */
    bool upper;      /* the registry knows it in upper case only */
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

#endif
