// shows: UMConfigure.preInit collects nothing, says its vendor: a read below it is doubtful; below init it is not
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent by sdk:umeng-analytics (sdk_preinit) = application App.onCreate > com.umeng.commonsdk.UMConfigure.preInit > com.umeng.commonsdk.UMConfigure.read]
// miss: [serial before_consent by sdk:umeng-analytics = application App.onCreate > com.umeng.commonsdk.UMConfigure.init > com.umeng.commonsdk.UMConfigure.read]

import com.umeng.commonsdk.UMConfigure;
class App extends Application {
  public void onCreate() {
    UMConfigure.preInit(this, "key", "channel");                // hit
    UMConfigure.init(this, "key", "channel", 1, null);          // miss
  }
}
class Main extends Activity { }
package com.umeng.commonsdk;
public class UMConfigure {
  public static void preInit(Context context, String key, String channel) { read(); }
  public static void init(Context context, String key, String channel, int type, String secret) { read(); }
  static void read() { String id = SERIAL; }
}
