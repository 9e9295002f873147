import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Reads zips from front to back, as a program does that gets one over a network. Does not look at the
 * directory at the end. Prints a line for each entry that was read to its end: file, path and bytes,
 * separated by tabs.
 */
public class ReadZip {
  public static void main(String[] files) throws Exception {
    byte[] buffer = new byte[1 << 16];
    for (String file : files) {
      try (ZipInputStream zip = new ZipInputStream(new BufferedInputStream(new FileInputStream(file)))) {
        for (ZipEntry entry; (entry = zip.getNextEntry()) != null;) {
          long bytes = 0;
          for (int read; (read = zip.read(buffer)) > 0;) bytes += read;
          System.out.println(file + "\t" + entry.getName() + "\t" + bytes);
        }
      } catch (Exception error) {
        System.err.println(file + ": " + error);
        System.exit(1);
      }
    }
  }
}
