/* member: somebody who may order coffee.
 *
 * Ownership: a value of borrowed texts; what the readers give lives in the arena.
 * Errors:    readers return CR_EINVAL and name the field.
 * Threads:   any; pure.
 * Source:    the book's MemberDVO ({"id":0,"memberName":"kevin"}) and the additional edition's
 *            ({_id, userName}).
 */
#ifndef MEMBER_H
#define MEMBER_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_json_writer.h"
#include "cr_slice.h"

#define MEMBER_SOURCE     "/coffee/member"
#define MEMBER_TOPIC      "coffee.member"
#define MEMBER_REGISTERED "coffee.member.registered.v1"
#define MEMBER_CHANGED    "coffee.member.changed.v1"
#define MEMBER_REMOVED    "coffee.member.removed.v1"
enum { MEMBER_PARTITIONS = 3 };

struct member {
    struct cr_slice id; /* UUIDv7, but for kevin's "1" */
    struct cr_slice name;
};

/* The name in {"id":0,"memberName":"kevin"}. */
CR_MUST_CHECK int member_read_book(struct cr_slice body, struct cr_arena *arena,
                                   struct cr_slice *out_name, struct cr_err *err);

/* {"userName":"tester"}; a PUT names its _id too, which is then required. */
CR_MUST_CHECK int member_read(struct cr_slice body, bool with_id, struct cr_arena *arena,
                              struct member *out_member, struct cr_err *err);
void member_write(const struct member *member, struct cr_json_writer *out);

#endif
