// shows: a pre-initialisation excuses nothing when init follows at the start
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent by sdk:getui-push (sdk_preinit) = application App.onCreate > com.igexin.sdk.PushManager.preInit > com.igexin.sdk.PushManager.read]
// miss: [serial before_consent by sdk:getui-push = application App.onCreate > com.igexin.sdk.PushManager.initialize > com.igexin.sdk.PushManager.read]

import com.igexin.sdk.PushManager;
class App extends Application {
  public void onCreate() {
    PushManager.getInstance().preInit(this);
    PushManager.getInstance().initialize(this);                 // miss
  }
}
class Main extends Activity { }
package com.igexin.sdk;
public class PushManager {
  static PushManager one = new PushManager();
  public static PushManager getInstance() { return one; }
  public void preInit(Context context) { read(); }
  public void initialize(Context context) { read(); }
  void read() { String id = SERIAL; }
}
