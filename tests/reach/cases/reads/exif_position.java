// shows: the position in a photo
// manifest: {launcher: Main}
// hit:
//   - location.precise@ExifInterface.getAttribute before_consent = launcher Main.onCreate
//   - photos@ExifInterface.getAttribute before_consent = launcher Main.onCreate
// miss: []

import android.media.ExifInterface;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      ExifInterface photo = new ExifInterface(getFilesDir() + "/one.jpg");
      photo.getAttribute("GPSLatitude");                        // hit
      photo.getAttribute("Orientation");                        // miss
    } catch (Exception error) { }
  }
}
