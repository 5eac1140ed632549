package peer;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.springframework.boot.env.PropertiesPropertySourceLoader;
import org.springframework.boot.env.PropertySourceLoader;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/** Reads configuration files as Spring Boot does: "EXTENSION BASE64" a line on the standard input, a
 *  line of JSON each: its documents, each a list of [key, kind, text, line, column]; or the error.
 *
 *  A kind is s(tring), b(oolean), i(nteger) or d(ouble) as it is in JSON; another class says its name.
 */
public class Client {
    // Doubles in their shortest form, as Java itself spells them from 19 on; this may be an older one.
    private static final JsonMapper JSON = new JsonMapper(
            JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build());

    public static void main(String[] arguments) throws IOException {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), false, "UTF-8");
        System.setOut(System.err);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ", -1);
            answers.println(JSON.writeValueAsString(answer(words[0], Base64.getDecoder().decode(words[1]))));
        }
        answers.flush();
    }

    private static Map<String, Object> answer(String extension, byte[] text) {
        try {
            PropertySourceLoader loader = extension.startsWith("y") ? new YamlPropertySourceLoader()
                                                                    : new PropertiesPropertySourceLoader();
            List<Object> documents = new ArrayList<>();
            for (PropertySource<?> source : loader.load("file", file(extension, text)))
                documents.add(document((Map<?, ?>) source.getSource()));
            return Map.of("documents", documents);
        } catch (Throwable thrown) {
            return Map.of("error", thrown.getClass().getSimpleName() + ": " + thrown.getMessage());
        }
    }

    private static Resource file(String extension, byte[] text) {
        return new ByteArrayResource(text) {
            @Override
            public String getFilename() {
                return "file." + extension;
            }
        };
    }

    private static List<Object> document(Map<?, ?> source) {
        List<Object> pairs = new ArrayList<>();
        for (Map.Entry<?, ?> entry : source.entrySet()) {
            Object value = entry.getValue();
            int line = 0;
            int column = 0;
            Origin origin = Origin.from(value);
            if (origin instanceof TextResourceOrigin text && text.getLocation() != null) {
                line = text.getLocation().getLine() + 1;
                column = text.getLocation().getColumn() + 1;
            }
            if (value instanceof OriginTrackedValue tracked)
                value = tracked.getValue();
            String json = JSON.writeValueAsString(value);
            boolean quoted = json.startsWith("\"");
            String text = quoted ? JSON.readValue(json, String.class) : json;
            pairs.add(List.of(String.valueOf(entry.getKey()), quoted ? "s" : kind(value), text, line, column));
        }
        return pairs;
    }

    private static String kind(Object value) {
        if (value instanceof Boolean)
            return "b";
        if (value instanceof Integer || value instanceof Long || value instanceof BigInteger)
            return "i";
        return value instanceof Double ? "d" : value.getClass().getSimpleName();
    }
}
