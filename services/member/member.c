/* Members to and from JSON. */
#include "member.h"

#include <stddef.h>

#include "shop_body.h"
#include "shop_envelope.h"

int member_read_book(struct cr_slice body, struct cr_arena *arena, struct cr_slice *out_name,
                     struct cr_err *err)
{
    static const struct shop_field fields[] = {
        {"memberName", offsetof(struct member, name), true},
    };
    struct member member = {.name = {NULL, 0}};
    int rc = shop_body_read(body, fields, CR_COUNT(fields), arena, &member, err);
    if (!rc)
        *out_name = member.name;
    return rc;
}

int member_read(struct cr_slice body, bool with_id, struct cr_arena *arena,
                struct member *out_member, struct cr_err *err)
{
    static const struct shop_field fields[] = {
        {"userName", offsetof(struct member, name), true},
        {"_id", offsetof(struct member, id), true},
    };
    *out_member = (struct member){.id = {NULL, 0}};
    return shop_body_read(body, fields, with_id ? 2 : 1, arena, out_member, err);
}

void member_write(const struct member *member, struct cr_json_writer *out)
{
    cr_json_begin_object(out);
    shop_pair(out, "_id", member->id);
    shop_pair(out, "userName", member->name);
    cr_json_end_object(out);
}
