// SPDX-License-Identifier: Apache-2.0
// Java's HttpURLConnection and HttpsURLConnection: carries out the requests of a file one after
// another. Same arguments and output as fetch.c; the requests come signed.
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

public class FetchUrl {
    static int fetch(String[] field, Path out) throws IOException {
        HttpURLConnection http = (HttpURLConnection) new URL(field[1]).openConnection();
        http.setRequestMethod(field[0]);
        for (int i = 5; i < field.length; i++) {
            int colon = field[i].indexOf(':');
            http.setRequestProperty(field[i].substring(0, colon), field[i].substring(colon + 1).trim());
        }
        if (!field[2].isEmpty() || field[0].equals("PUT") || field[0].equals("POST")) {
            byte[] body = field[2].getBytes(StandardCharsets.UTF_8);
            http.setDoOutput(true);
            http.setFixedLengthStreamingMode(body.length);
            http.getOutputStream().write(body);
        }
        int status = http.getResponseCode();
        try (InputStream in = status >= 400 ? http.getErrorStream() : http.getInputStream()) {
            Files.write(out, in == null ? new byte[0] : in.readAllBytes());
        }
        return status;
    }

    public static void main(String[] args) throws Exception {
        int number = 0;
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            Path out = Path.of(args[1], Integer.toString(number));
            int status = 0;
            try {
                status = fetch(line.split("\t", -1), out);
            } catch (IOException e) {
                Files.writeString(out, e.toString());
                System.err.println(number + ": " + e);
            }
            System.out.println(number++ + " " + status);
        }
    }
}
