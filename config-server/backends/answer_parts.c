/* answer_parts: counted pieces by the hash of their bytes. */
#include "answer_parts.h"

#include <stdlib.h>
#include <string.h>

#include "cr_digest.h"
#include "cr_map.h"

enum { PART_OVERHEAD_BYTES = 160 }; /* of the part, its slot in the map and malloc */

struct answer_part {
    size_t holders, proven, len; /* proven: of the holders */
    char id[ANSWER_PART_ID_SIZE];
    char bytes[];
};

struct answer_parts {
    struct cr_map *by_id;
    size_t bytes;
};

/* --- cutting --- */

static bool identify(struct answer_piece *piece)
{
    struct cr_digest digest;
    _Static_assert(sizeof(piece->id) <= sizeof(digest.octets), "an id is a part of a digest");
    if (cr_digest_sha256(&piece->bytes, 1, &digest) < 0)
        return false;
    memcpy(piece->id, digest.octets, sizeof(piece->id));
    return true;
}

/* Where the next source begins, behind the first byte; the end where none does. */
static size_t find_cut(struct cr_slice rest)
{
    static const char mark[] = ",{\"name\":";
    ptrdiff_t at = rest.len > 0 ? cr_slice_search(cr_slice_from(rest, 1), cr_slice_of(mark)) : -1;
    return at < 0 ? rest.len : (size_t)at + 1;
}

size_t answer_parts_split(struct cr_slice body, struct answer_piece out_pieces[ANSWER_PARTS_MAX])
{
    size_t count = 0;
    do {
        size_t len = count + 1 < ANSWER_PARTS_MAX ? find_cut(body) : body.len;
        out_pieces[count].bytes = cr_slice_sub(body, 0, len);
        if (!identify(&out_pieces[count]))
            return 0;
        count++;
        body = cr_slice_from(body, len);
    } while (body.len > 0);
    return count;
}

/* --- keeping --- */

struct answer_parts *answer_parts_new(void)
{
    struct answer_parts *parts = calloc(1, sizeof(*parts));
    if (parts)
        parts->by_id = cr_map_new(0, free);
    if (parts && !parts->by_id) {
        free(parts);
        return NULL;
    }
    return parts;
}

void answer_parts_free(struct answer_parts *parts)
{
    if (!parts)
        return;
    cr_map_free(parts->by_id);
    free(parts);
}

static size_t size_of(const struct answer_part *part)
{
    return PART_OVERHEAD_BYTES + part->len;
}

struct answer_part *answer_parts_take(struct answer_parts *parts, const struct answer_piece *piece)
{
    struct cr_slice id = {piece->id, sizeof(piece->id)};
    struct answer_part *part = cr_map_get(parts->by_id, id);
    if (part) {
        part->holders++;
        return part;
    }
    part = malloc(sizeof(*part) + piece->bytes.len);
    if (!part)
        return NULL;
    *part = (struct answer_part){.holders = 1, .len = piece->bytes.len};
    memcpy(part->id, piece->id, sizeof(part->id));
    if (part->len > 0)
        memcpy(part->bytes, piece->bytes.ptr, part->len);
    if (cr_map_put(parts->by_id, id, part) < 0) {
        free(part);
        return NULL;
    }
    parts->bytes += size_of(part);
    return part;
}

void answer_parts_release(struct answer_parts *parts, struct answer_part *part)
{
    if (--part->holders > 0)
        return;
    parts->bytes -= size_of(part);
    (void)cr_map_remove(parts->by_id, (struct cr_slice){part->id, sizeof(part->id)});
}

size_t answer_part_prove(struct answer_part *part)
{
    return part->proven++ == 0 ? size_of(part) : 0;
}

size_t answer_part_disprove(struct answer_part *part)
{
    return --part->proven == 0 ? size_of(part) : 0;
}

struct cr_slice answer_part_bytes(const struct answer_part *part)
{
    return (struct cr_slice){part->bytes, part->len};
}

size_t answer_parts_bytes(const struct answer_parts *parts)
{
    return parts->bytes;
}
