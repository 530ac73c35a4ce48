// shows: the library's helper asks for whoever calls it
// manifest: {launcher: Main}
// hit:
//   - asks CAMERA,RECORD_AUDIO before_consent = launcher Main.onCreate
// miss: []

import androidx.core.app.ActivityCompat;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String[] names = {"android.permission.CAMERA", "android.permission.RECORD_AUDIO"};
    ActivityCompat.requestPermissions(this, names, 1);          // hit
    ActivityCompat.shouldShowRequestPermissionRationale(this, names[0]); // miss
  }
}
package androidx.core.app;
public class ActivityCompat {
  public static void requestPermissions(Activity on, String[] names, int request) { on.requestPermissions(names, request); }
  public static boolean shouldShowRequestPermissionRationale(Activity on, String name) { return false; }
}
