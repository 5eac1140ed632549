/* disposition: looks the name's ending up among those that are harmless. */
#include "disposition.h"

#include <string.h>

/* Spring's own list, and what Boot's table calls image/..., audio/..., video/... or ...+xml. */
static const char harmless[] =
    " 3ds 3g2 3gp aac abs adp aif aifc aiff art asf asx atom atomcat atomsvc au avi avif"
    " avx axa axv bmp btif caf ccxml cdxml cgm cmx csv dae davmount dbk dd2 dib djv djvu"
    " dra dtb dts dtshd dv dvb dwg dxf ecelp4800 ecelp7470 ecelp9600 emma eol es3 et3 f4v"
    " fbs fh fh4 fh5 fh7 fhc flac fli flv fpx fst fvt g3 gif gml gpx grxml h261 h263 h264"
    " hal ico ief ink inkml irp jpe jpeg jpg jpgm jpgv jpm json jxl kar kml ktx lasxml"
    " lbe link66 lostxml lvp m1v m2a m2t m2ts m2v m3a m3u m4a m4b m4r m4u m4v mac mads"
    " mathml mdi meta4 metalink mets mid midi mj2 mjp2 mk3d mka mks mkv mmr mng mods mov"
    " movie mp1 mp2 mp2a mp3 mp4 mp4a mp4v mpa mpe mpeg mpega mpg mpg4 mpga mpkg mpv2"
    " mrcx mscml mts musicxml mxml mxu ncx npx oga ogg ogv omdoc opf opus osfpvg pbm pct"
    " pcx pgm pic pict pls png pnm pnt ppm properties psd pskcxml pya pyv qt qti qtif ra"
    " ram ras rdf res rgb rif rip rl rlc rld rmi rmp rs rsd rss s3m sbml sdkd sdkm sgi"
    " shf sid sil smi smil smv snd spx sru srx ssdl ssml svg svgz tei teicorpus text tfi"
    " tga tif tiff ts txt ulw uoml uva uvg uvh uvi uvm uvp uvs uvt uvu uvv uvva uvvg uvvh"
    " uvvi uvvm uvvp uvvs uvvt uvvu uvvv viv vob vxml wav wax wbmp wbs wdp weba webm webp"
    " wm wma wmv wmx wsdl wspolicy wvx x3d x3dz xaml xbm xdf xdm xdp xdssc xenc xer xht"
    " xhtml xhvml xif xlf xm xml xop xpl xpm xslt xsm xspf xul xvm xvml xwd yaml yin yml"
    " zaz zmm ";

enum { EXTENSION_MAX = 16 };

/* What follows the last dot, or nothing. */
static struct cr_slice extension_of(struct cr_slice name)
{
    ptrdiff_t dot = cr_slice_find_last(name, '.');
    return dot < 0 ? (struct cr_slice){0} : cr_slice_from(name, (size_t)dot + 1);
}

static bool is_harmless(struct cr_slice extension)
{
    char word[EXTENSION_MAX + 3] = " ";
    if (cr_slice_trim(extension).len == 0)
        return true;
    if (extension.len > EXTENSION_MAX)
        return false;
    for (size_t i = 0; i < extension.len; i++) {
        char c = extension.ptr[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c == ' ' || c == '\0')
            return false;
        word[i + 1] = c;
    }
    word[extension.len + 1] = ' ';
    return strstr(harmless, word) != NULL;
}

bool disposition_is_needed(struct cr_slice raw_path, struct cr_slice name)
{
    struct cr_slice parameters =
        cr_slice_from(raw_path, (size_t)(cr_slice_find_last(raw_path, '/') + 1));
    struct cr_slice raw_name;
    (void)cr_slice_split(&parameters, ';', &raw_name);
    return !is_harmless(extension_of(name)) || !is_harmless(extension_of(parameters));
}
