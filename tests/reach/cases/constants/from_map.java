// shows: a value out of a map is not known
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss:
//   - device.android_id@Settings$Secure.getString before_consent = launcher Main.onCreate
//   - device.bluetooth_mac@Settings$Secure.getString before_consent = launcher Main.onCreate
//   - device.oaid@Settings$Secure.getString before_consent = launcher Main.onCreate

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Map<String, String> keys = new HashMap<>();
    keys.put("id", "android_id");
    String key = "android_id";                                  // hit
    String key = keys.get("id");                                // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
