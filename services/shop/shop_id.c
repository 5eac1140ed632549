/* Ids of new things. */
#include "shop_id.h"

#include "cr_clock.h"
#include "cr_random.h"

int shop_id_new(struct cr_arena *arena, struct cr_slice *out_id, struct cr_err *err)
{
    char id[CR_UUID_SIZE];
    cr_uuid7(cr_clock_wall_ms(), id);
    *out_id = cr_slice_of(cr_arena_text(arena, id));
    return out_id->ptr ? 0 : cr_err_set(err, CR_ENOMEM, "a new id: out of memory");
}
