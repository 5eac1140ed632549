/* Basic credentials: decoded, within a bound, and compared in constant time. */
#include "cr_http_basic.h"

#include "cr_base64.h"

/* "user:password", decoded: one password has one spelling. */
static bool take(struct cr_slice authorization, struct cr_buf *out_given)
{
    struct cr_slice scheme = CR_SLICE("Basic ");
    out_given->max = CR_HTTP_BASIC_MAX;
    return cr_slice_equal_nocase(cr_slice_sub(authorization, 0, scheme.len), scheme) &&
           cr_base64_decode_exact(out_given,
                                  cr_slice_trim(cr_slice_from(authorization, scheme.len))) == 0;
}

bool cr_http_basic_matches(struct cr_slice authorization, struct cr_slice credentials)
{
    CR_AUTO(cr_buf) given = {0};
    return take(authorization, &given) && credentials.len > 0 &&
           cr_slice_equal_secret(cr_buf_view(&given), credentials);
}

bool cr_http_basic_has_password(struct cr_slice authorization, struct cr_slice password)
{
    CR_AUTO(cr_buf) given = {0};
    if (!take(authorization, &given))
        return false;
    struct cr_slice text = cr_buf_view(&given);
    ptrdiff_t colon = cr_slice_find(text, ':');
    return colon >= 0 && password.len > 0 &&
           cr_slice_equal_secret(cr_slice_from(text, (size_t)colon + 1), password);
}
