import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.security.MessageDigest;
import java.util.zip.GZIPInputStream;

/** Reads each URL as gzip, straight from its socket, and prints the length and the SHA-256 of it. */
public class Gunzip {
    public static void main(String[] urls) throws Exception {
        for (String url : urls) {
            HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
            connection.setRequestProperty("Accept", "application/json");
            connection.setRequestProperty("Accept-Encoding", "gzip");
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long length = 0;
            try (InputStream in = new GZIPInputStream(connection.getInputStream())) {
                byte[] piece = new byte[8192];
                for (int count = in.read(piece); count > 0; count = in.read(piece)) {
                    digest.update(piece, 0, count);
                    length += count;
                }
            }
            StringBuilder hex = new StringBuilder();
            for (byte one : digest.digest()) {
                hex.append(String.format("%02x", one));
            }
            System.out.println(length + " " + hex);
        }
    }
}
