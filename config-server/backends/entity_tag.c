/* entity_tag: the first half of a SHA-256. */
#include "entity_tag.h"

#include "cr_attr.h"
#include "cr_digest.h"
#include "cr_hex.h"

enum { TAG_OCTETS = (ENTITY_TAG_SIZE - 3) / 2 };
_Static_assert((int)TAG_OCTETS <= (int)CR_DIGEST_SIZE, "a tag is a part of a digest");

void entity_tag_make(struct cr_slice type, struct cr_slice body, char out_tag[ENTITY_TAG_SIZE])
{
    const struct cr_slice parts[] = {type, {"", 1}, body}; /* a NUL between them */
    struct cr_digest digest;
    out_tag[0] = '\0';
    if (cr_digest_sha256(parts, CR_COUNT(parts), &digest) < 0)
        return;
    out_tag[0] = '"';
    cr_hex_write(digest.octets, TAG_OCTETS, out_tag + 1);
    out_tag[ENTITY_TAG_SIZE - 2] = '"';
    out_tag[ENTITY_TAG_SIZE - 1] = '\0';
}

/* Our tags hold no comma, so one that does may fall apart. */
bool entity_tag_is_listed(struct cr_slice if_none_match, struct cr_slice tag)
{
    struct cr_slice item;
    if (tag.len == 0)
        return false;
    while (cr_slice_split(&if_none_match, ',', &item)) {
        item = cr_slice_trim(item);
        if (cr_slice_starts(item, CR_SLICE("W/")))
            item = cr_slice_from(item, 2);
        if (cr_slice_equal(item, tag) || cr_slice_is(item, "*"))
            return true;
    }
    return false;
}
