// shows: a field that other code sets too is not known
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss:
//   - device.android_id@Settings$Secure.getString before_consent = launcher Main.onCreate
//   - device.bluetooth_mac@Settings$Secure.getString before_consent = launcher Main.onCreate
//   - device.oaid@Settings$Secure.getString before_consent = launcher Main.onCreate

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = Keys.KEY;
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
class Keys {
  static String KEY = "android_id";                             // hit
  static String KEY;                                            // miss
  void set(Intent intent) { KEY = intent.getStringExtra("key"); } // miss
}
