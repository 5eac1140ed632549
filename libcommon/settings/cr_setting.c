/* Names of setting types. */
#include "cr_setting.h"

const char *cr_setting_type_name(enum cr_setting_type type)
{
    static const char *const names[] = {
        [CR_SETTING_TEXT] = "text",  [CR_SETTING_BOOL] = "boolean",
        [CR_SETTING_INT] = "number", [CR_SETTING_DURATION] = "duration",
        [CR_SETTING_SIZE] = "size",  [CR_SETTING_DOUBLE] = "decimal",
        [CR_SETTING_LIST] = "list",
    };
    return names[type];
}
