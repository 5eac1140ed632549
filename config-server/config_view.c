/* config_view: hands an environment to the writer of the form that was asked for. */
#include "config_view.h"

int config_view_render(const struct cr_wire_environment *environment,
                       const struct config_view_options *options, struct cr_arena *arena,
                       struct cr_buf *out, struct cr_err *err)
{
    (void)arena;
    switch (options->view) {
    case CONFIG_VIEW_V1:
    case CONFIG_VIEW_V2:
        cr_wire_environment_write(environment, options->view == CONFIG_VIEW_V2, out);
        break;
    }
    int rc = cr_buf_status(out);
    return rc < 0 ? cr_err_set(err, rc, "the answer: %s", cr_code_name(rc)) : 0;
}

void config_view_key(const struct config_view_options *options, struct cr_buf *out)
{
    cr_buf_char(out, (char)('1' + options->view));
}
