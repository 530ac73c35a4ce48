// shows: a text of single characters
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    char[] letters = {'a', 'n', 'd', 'r', 'o', 'i', 'd', '_', 'i', 'd'}; // hit
    char[] letters = {'a', 'n', 'd', 'r', 'o', 'i', 'd', '_', 'n', 'o'}; // miss
    String key = new String(letters);
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
