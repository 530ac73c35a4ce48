// shows: a text that own code decodes is not known; one that it hands back is
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss:
//   - device.android_id@Settings$Secure.getString before_consent = launcher Main.onCreate
//   - device.bluetooth_mac@Settings$Secure.getString before_consent = launcher Main.onCreate
//   - device.oaid@Settings$Secure.getString before_consent = launcher Main.onCreate

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = decode("android_id");
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
  static String decode(String text) {
    if (text.isEmpty()) return null;
    return text;                                                // hit
    StringBuilder out = new StringBuilder();                    // miss
    for (char one : text.toCharArray()) out.append((char) (one ^ 3)); // miss
    return out.toString();                                      // miss
  }
}
