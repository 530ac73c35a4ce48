// shows: a value that comes from outside is not known
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss:
//   - device.android_id@Settings$Secure.getString before_consent = launcher Main.onCreate
//   - device.bluetooth_mac@Settings$Secure.getString before_consent = launcher Main.onCreate
//   - device.oaid@Settings$Secure.getString before_consent = launcher Main.onCreate

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = "android_id";                                  // hit
    String key = getIntent().getStringExtra("key");             // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
