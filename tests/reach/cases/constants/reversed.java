// shows: a text turned round
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = new StringBuilder("di_diordna").reverse().toString(); // hit
    String key = new StringBuilder("on_diordna").reverse().toString(); // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
