// shows: a helper is asked for what all of its callers give
// manifest: {launcher: Main}
// hit:
//   - android_id before_consent = launcher Main.onCreate > Main.read
//   - device.model@settings:secure:bluetooth_name before_consent = launcher Main.onCreate > Main.read
// miss: [device.model@settings:secure:bluetooth_name before_consent = launcher Main.onCreate > Main.read]

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    read("bluetooth_name");
    read("android_id");                                         // hit
    read("accessibility_enabled");                              // miss
  }
  void read(String key) { String id = Settings.Secure.getString(getContentResolver(), key); }
}
