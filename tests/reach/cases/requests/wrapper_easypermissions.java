// shows: a wrapper library with a reason for the user
// manifest: {launcher: Main}
// hit: [asks ACCESS_FINE_LOCATION before_consent = launcher Main.onCreate]
// miss: []

import pub.devrel.easypermissions.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    EasyPermissions.requestPermissions(this, "why", 1, "android.permission.ACCESS_FINE_LOCATION"); // hit
    EasyPermissions.hasPermissions(this, "android.permission.ACCESS_FINE_LOCATION"); // miss
  }
}
package pub.devrel.easypermissions;
public class EasyPermissions {
  public static void requestPermissions(Activity on, String why, int request, String... names) { on.requestPermissions(names, request); }
  public static boolean hasPermissions(Context context, String... names) { return false; }
}
