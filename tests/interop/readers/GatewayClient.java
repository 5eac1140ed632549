import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Java's own client in both of its versions (the one of HTTP/2 asks for an upgrade first): LABEL and answer. */
public class GatewayClient {
    static final byte[] SMALL = "hello".getBytes();
    static final byte[] LARGE = "0123456789".repeat(30000).getBytes();

    static HttpRequest request(String url, String method, BodyPublisher body) {
        return HttpRequest.newBuilder(URI.create(url)).method(method, body).build();
    }

    static void run(String base, HttpClient client, String name) throws Exception {
        String[] labels = {"get", "post", "chunked", "get"};
        BodyPublisher[] bodies = {BodyPublishers.noBody(), BodyPublishers.ofByteArray(SMALL),
            BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(LARGE)), BodyPublishers.noBody()};
        for (int i = 0; i < labels.length; i++) {
            String method = labels[i].equals("get") ? "GET" : "POST";
            HttpRequest asked = request(base + "/" + labels[i], method, bodies[i]);
            System.out.println(name + " " + labels[i] + " " + client.send(asked, BodyHandlers.ofString()).body());
        }
        List<CompletableFuture<String>> several = new ArrayList<>();
        for (int i = 0; i < 50; i++)
            several.add(client.sendAsync(request(base + "/" + i, "GET", BodyPublishers.noBody()),
                                         BodyHandlers.ofString()).thenApply(answer -> answer.body()));
        for (int i = 0; i < several.size(); i++)
            System.out.println(name + " " + i + " " + several.get(i).get());
    }

    public static void main(String[] base) throws Exception {
        run(base[0], HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), "java-1.1");
        run(base[0], HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build(), "java-2");
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest last = HttpRequest.newBuilder(URI.create(base[0] + "/get")).header("Connection", "close").build();
        System.out.println("java-close get " + client.send(last, BodyHandlers.ofString()).body());
    }
}
