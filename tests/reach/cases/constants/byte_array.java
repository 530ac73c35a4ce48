// shows: a text of bytes
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    byte[] bytes = {97, 110, 100, 114, 111, 105, 100, 95, 105, 100}; // hit
    byte[] bytes = {97, 110, 100, 114, 111, 105, 100, 95, 110, 111}; // miss
    String key = new String(bytes);
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
