// shows: a value by one of two branches is both
// manifest: {launcher: Main}
// hit:
//   - android_id before_consent = launcher Main.onCreate
//   - device.model@settings:secure:bluetooth_name before_consent = launcher Main.onCreate
// miss: [device.model@settings:secure:bluetooth_name before_consent = launcher Main.onCreate]

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = isFinishing() ? "bluetooth_name" : "android_id"; // hit
    String key = isFinishing() ? "bluetooth_name" : "accessibility_enabled"; // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
