// shows: a wrapper library: its caller asks
// manifest: {launcher: Main}
// hit: [asks CAMERA before_consent = launcher Main.onCreate]
// miss: []

import com.hjq.permissions.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    XXPermissions.with(this).permission("android.permission.CAMERA").request(null); // hit
    XXPermissions.isGranted(this, "android.permission.CAMERA"); // miss
  }
}
package com.hjq.permissions;
public class XXPermissions {
  Activity on; String name;
  public static XXPermissions with(Activity on) { XXPermissions made = new XXPermissions(); made.on = on; return made; }
  public XXPermissions permission(String name) { this.name = name; return this; }
  public void request(Runnable done) { on.requestPermissions(new String[] {name}, 1); }
  public static boolean isGranted(Context context, String name) { return context.checkSelfPermission(name) == 0; }
}
