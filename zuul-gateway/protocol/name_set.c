/* Sets of field names: known ones as bits, the others as a short list. */
#include "name_set.h"

#include "cr_err.h"

int name_set_add(struct name_set *set, struct cr_slice name)
{
    enum field_id id = field_name_id(name);
    if (id != FIELD_OTHER) {
        set->known |= field_bit(id);
        return 0;
    }
    if (set->count == NAME_SET_MAX)
        return CR_ELIMIT;
    set->names[set->count++] = name;
    return 0;
}

bool name_set_has(const struct name_set *set, const struct field *field)
{
    if (field->id != FIELD_OTHER)
        return (set->known & field_bit(field->id)) != 0;
    for (size_t i = 0; i < set->count; i++)
        if (cr_slice_equal_nocase(set->names[i], field->name))
            return true;
    return false;
}
